//! The document and beside each line what it became, why, and what the compiler had to say about it.

use crate::{
    api::revision::{SourceLine, SourceText},
    app::components::{CodeText, KindTag, Mark, PlainText, SectionCard, Tab, Tabs, Tag, Tone},
};
use domain::{
    outline::{LineKind, Outline, OutlineLine, OutlineSection},
    plan::Diagnostic,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use std::collections::BTreeMap;

/// What is said about one line.
#[derive(Clone, Default)]
struct Said {
    heading: Option<OutlineSection>,
    became: Vec<OutlineLine>,
    found: Vec<Diagnostic>,
}

/// Which lines are shown; the key stands in the address.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Show {
    All,
    Read,
    Run,
    People,
    Found,
}

impl Show {
    const EACH: [Show; 5] = [Show::All, Show::Read, Show::Run, Show::People, Show::Found];

    fn key(self) -> &'static str {
        match self {
            Show::All => "",
            Show::Read => "read",
            Show::Run => "run",
            Show::People => "people",
            Show::Found => "found",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Show::All => "The document",
            Show::Read => "What is read",
            Show::Run => "What is run",
            Show::People => "What people say",
            Show::Found => "What wants a look",
        }
    }

    fn shows(self, said: Option<&Said>) -> bool {
        let became = |wanted: &[LineKind]| {
            said.is_some_and(|said| said.became.iter().any(|line| wanted.contains(&line.kind)))
        };
        match self {
            Show::All => true,
            Show::Read => became(&[LineKind::Probe, LineKind::Check]),
            Show::Run => became(&[LineKind::Action]),
            Show::People => became(&[LineKind::Attestation]),
            Show::Found => said.is_some_and(|said| !said.found.is_empty()),
        }
    }
}

/// The whole document, or what of it is asked for.
pub fn card(id: i64, source: SourceText, outline: Outline, diagnostics: Vec<Diagnostic>) -> AnyView {
    let query = use_query_map();
    let show = Memo::new(move |_| {
        let key = query.with(|query| query.get("show")).unwrap_or_default();
        let found = Show::EACH.into_iter().find(|show| show.key() == key);
        found.unwrap_or(Show::All)
    });
    let said = StoredValue::new(said(outline, diagnostics));
    let SourceText { lines, left_out } = source;
    let lines = StoredValue::new(lines);
    let tabs = move || {
        let tab = |each: Show| Tab {
            label: each.label().to_owned(),
            href: match each.key() {
                "" => format!("/checklists/{id}#listing"),
                key => format!("/checklists/{id}?show={key}#listing"),
            },
            count: match each {
                Show::All => String::new(),
                each => said
                    .with_value(|said| said.values().filter(|said| each.shows(Some(said))).count())
                    .to_string(),
            },
            tone: Tone::None,
            here: show.get() == each,
        };
        view! { <Tabs label="Which lines are shown" tabs=Show::EACH.into_iter().map(tab).collect() /> }
    };
    let rows = move || {
        lines.with_value(|lines| {
            said.with_value(|said| {
                let shown = lines
                    .iter()
                    .filter(|line| show.get().shows(said.get(&line.number)));
                shown
                    .map(|line| row(line.clone(), said.get(&line.number).cloned()))
                    .collect_view()
            })
        })
    };
    let rest = (left_out > 0).then(|| {
        view! {
            <p class="listing-rest">
                {left_out} " lines about which there is nothing to say are left out; "
                <a href=format!("/checklists/{id}/document.md") rel="external" download="">"the document"</a>
                " has them all."
            </p>
        }
    });
    view! {
        <SectionCard title="The document, and what it becomes" id="listing">
            {tabs}
            <ol class="listing" role="list">{rows}</ol>
            {rest}
        </SectionCard>
    }
    .into_any()
}

fn said(outline: Outline, diagnostics: Vec<Diagnostic>) -> BTreeMap<u32, Said> {
    let mut said: BTreeMap<u32, Said> = BTreeMap::new();
    for mut section in outline.sections {
        for line in std::mem::take(&mut section.lines) {
            said.entry(line.line).or_default().became.push(line);
        }
        let heading = &mut said.entry(section.line).or_default().heading;
        *heading = Some(section);
    }
    for diagnostic in diagnostics {
        said.entry(diagnostic.line).or_default().found.push(diagnostic);
    }
    said
}

fn row(line: SourceLine, said: Option<Said>) -> impl IntoView {
    let SourceLine { number, text } = line;
    let Said {
        heading,
        became,
        found,
    } = said.unwrap_or_default();
    let says = heading.is_some() || !became.is_empty() || !found.is_empty();
    let beside = says.then(|| {
        view! {
            <div class="listing-said">
                {heading.map(section)}
                {became.into_iter().map(plan_line).collect_view()}
                {found.into_iter().map(diagnostic).collect_view()}
            </div>
        }
    });
    // What nothing is said about is no place to lead to.
    let place = match says {
        true => view! { <a class="listing-number" href=format!("#L{number}")>{number}</a> }.into_any(),
        false => view! { <span class="listing-number">{number}</span> }.into_any(),
    };
    let text = text.replace('\t', "    ");
    view! {
        <li id=format!("L{number}") class="listing-line">
            {place}
            <code class="listing-text"><PlainText text=text /></code>
            {beside}
        </li>
    }
}

fn section(section: OutlineSection) -> impl IntoView {
    let minutes = section.kind_minutes();
    let OutlineSection { kind, title, .. } = section;
    view! { <span class="listing-heading"><b>{title}</b> " " <Tag text=format!("{}{minutes}", kind.word()) /></span> }
}

fn plan_line(line: OutlineLine) -> impl IntoView {
    let OutlineLine {
        id,
        claimed,
        optional,
        kind,
        why,
        text,
        role,
        ..
    } = line;
    let role =
        role.map(|role| view! { " " <Tag text=format!("for {}", role.replace('_', " ")) icon="person" /> });
    let claimed =
        claimed.then(|| view! { " " <Mark tone=Tone::None icon="attested" word="claimed there" /> });
    let optional = (optional && kind != LineKind::Action).then(|| view! { " " <Tag text="optional" /> });
    let because = why
        .strip_prefix(&text)
        .map(|rest| rest.trim_start_matches([':', ' ']).to_owned());
    view! {
        <div class="listing-became" data-item=id.0>
            <span><KindTag kind=kind /> {claimed} {optional} {role}</span>
            <CodeText text=because.unwrap_or(why) />
        </div>
    }
}

fn diagnostic(diagnostic: Diagnostic) -> impl IntoView {
    let Diagnostic {
        code,
        severity,
        message,
        help,
        ..
    } = diagnostic;
    let tone = Tone::from(severity);
    view! {
        <div class="listing-found" data-tone=tone.key()>
            <span><Mark tone=tone icon=tone.icon() word=code /> " " <CodeText text=message /></span>
            <small><CodeText text=help /></small>
        </div>
    }
}
