//! A document's prose as HTML that is safe to show: no raw HTML, no links but web links, mail and places of the page.

use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, html as renderer};

/// Renders Markdown.
pub fn html(markdown: &str) -> String {
    let parser = Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH);
    let mut out = String::with_capacity(markdown.len() * 2);
    renderer::push_html(&mut out, parser.map(tamed));
    out
}

fn tamed(event: Event<'_>) -> Event<'_> {
    match event {
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        Event::Start(Tag::Link {
            link_type,
            dest_url,
            title,
            id,
        }) => Event::Start(Tag::Link {
            link_type,
            dest_url: safe(dest_url),
            title,
            id,
        }),
        // A picture would be fetched from wherever the document says.
        Event::Start(Tag::Image {
            link_type,
            dest_url,
            title,
            id,
        }) => Event::Start(Tag::Link {
            link_type,
            dest_url: safe(dest_url),
            title,
            id,
        }),
        Event::End(pulldown_cmark::TagEnd::Image) => Event::End(pulldown_cmark::TagEnd::Link),
        other => other,
    }
}

fn safe(address: CowStr<'_>) -> CowStr<'_> {
    let allowed = ["https://", "http://", "mailto:", "#"]
        .iter()
        .any(|start| address.starts_with(start));
    if allowed { address } else { CowStr::Borrowed("#") }
}

#[cfg(test)]
mod tests {
    use super::html;

    #[test]
    fn raw_html_is_shown_as_text_and_script_links_lead_nowhere() {
        let out = html(
            "<script>alert(1)</script>\n\n[x](javascript:alert(1)) ![y](//elsewhere/p.png) [z](https://a.b)",
        );
        assert!(
            !out.contains("<script") && !out.contains("javascript:") && !out.contains("<img"),
            "{out}"
        );
        assert!(out.contains("https://a.b"), "{out}");
    }
}
