//! How long compiling takes: the file once warm, and how time grows when a document doubles: `speed FILE`.

use std::time::{Duration, Instant};

fn fastest(bytes: &[u8], rounds: u32) -> Duration {
    let time = || {
        let start = Instant::now();
        std::hint::black_box(checklist::compile(std::hint::black_box(bytes)));
        start.elapsed()
    };
    (0..rounds).map(|_| time()).min().unwrap_or_default()
}

/// The Markdown parser alone.
fn markdown(text: &str) -> Duration {
    let start = Instant::now();
    std::hint::black_box(
        pulldown_cmark::Parser::new_ext(text, pulldown_cmark::Options::all())
            .into_offset_iter()
            .count(),
    );
    start.elapsed()
}

fn main() -> std::io::Result<()> {
    for file in std::env::args().skip(1) {
        let bytes = std::fs::read(&file)?;
        println!("{file}: {:?}", fastest(&bytes, 50));
    }
    let cases: &[(&str, &str)] = &[
        ("words", "a "),
        ("letters", "a"),
        ("boxes", "- [ ] a\n"),
        ("commands", "- [ ] x: `git status`\n"),
        ("headings", "# a\n"),
        ("brackets", "["),
        ("links", "[a]("),
        ("quotes", ">"),
        ("nested lists", "- "),
        ("emphasis", "*_"),
        ("backticks", "` "),
        ("comments", "<!--"),
        ("numbers", "<5ms "),
        ("fences", "```bash\nls\n```\n"),
        ("table rows", "|a|b|\n|-|-|\n"),
        ("codes", "`git status` "),
        ("table boxes", "\n\n|a|Done|\n|-|-|\n|x|[ ]|\n|y|☐|\n"),
        ("lines of boxes", "\n\n☐ a\n[ ] b\n"),
        ("quoted boxes", "\n> - [ ] a\n"),
        ("boxes of HTML", "\n<p>\n<input type=\"checkbox\"> a\n\n"),
        ("ticks", "\n- ✅ a\n"),
    ];
    for (name, piece) in cases {
        let text = |size: usize| format!("- [ ] {}", piece.repeat(size / piece.len()));
        let (one, two) = (
            fastest(text(500_000).as_bytes(), 3),
            fastest(text(1_000_000).as_bytes(), 3),
        );
        let (ratio, markdown) = (
            two.as_secs_f64() / one.as_secs_f64().max(1e-9),
            markdown(&text(1_000_000)),
        );
        println!(
            "{name:>14}: 0.5 MB {one:>12?}  1 MB {two:>12?}  ratio {ratio:.2}  Markdown alone {markdown:>12?}"
        );
    }
    Ok(())
}
