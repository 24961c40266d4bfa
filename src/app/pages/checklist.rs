//! One revision: what each line became and why, what the compiler had to say, and publishing the plan.

use crate::{
    api::revision::{Command, Publish, RevisionPage, load_revision},
    app::{
        components::{
            Banner, CodeBlock, CodeText, Crumb, ExactTime, HashText, KindTag, LinkButton, Mark, PageHead,
            SectionCard, Tag, Tone,
        },
        trouble::{NotLoaded, Trouble, errors},
    },
};
use domain::{
    Right,
    outline::{LineKind, OutlineLine, OutlineSection},
    plan::Diagnostic,
};
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

/// The page of a revision.
#[component]
pub fn Checklist() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| {
        params
            .with(|params| params.get("id"))
            .and_then(|id| id.parse().ok())
            .unwrap_or(0)
    });
    let publish = ServerAction::<Publish>::new();
    let page = Resource::new_blocking(
        move || (id.get(), publish.version().get()),
        |(id, _)| load_revision(id),
    );
    view! {
        <Trouble error=Signal::derive(errors(move || publish.value().get())) />
        <Transition fallback=|| view! { <p>"Loading the checklist…"</p> }>
            {move || Suspend::new(async move {
                match page.await {
                    Err(error) => view! { <Title text="Checklist" /> <NotLoaded error=error /> }.into_any(),
                    Ok(page) => revision(page, publish),
                }
            })}
        </Transition>
    }
}

fn revision(page: RevisionPage, publish: ServerAction<Publish>) -> AnyView {
    let RevisionPage {
        line,
        outline,
        counts: numbers,
        commands,
        diagnostics,
        person,
    } = page;
    let trail = vec![
        Crumb {
            label: "Checklists".into(),
            href: Some("/checklists".into()),
        },
        Crumb {
            label: line.file_name.clone(),
            href: None,
        },
    ];
    let facts = view! {
        <span>"revision " <HashText hash=line.hash.clone() /></span>
        <span>"plan " <HashText hash=line.plan_hash.clone() /></span>
        <span>"imported " <b><ExactTime at=line.imported_at /></b></span>
    }
    .into_any();
    let published = line.published.is_some();
    let start = published.then(|| {
        view! { <LinkButton href=format!("/new-run?revision={}", line.id)>"Start a run"</LinkButton> }
            .into_any()
    });
    let card = match line.published {
        Some((at, by)) => view! {
            <Banner tone=Tone::Go title="Published">
                "Runs may start from this plan since " <ExactTime at=at /> ", by "
                {by.unwrap_or_else(|| "Gonogo, which ships it".to_owned())} "."
            </Banner>
        }
        .into_any(),
        None => publish_card(
            commands,
            line.id,
            line.plan_hash.to_string(),
            person.may(Right::Publish, None),
            publish,
        ),
    };
    view! {
        <Title text=outline.title.clone() />
        <PageHead title=outline.title.clone() trail=trail facts=facts actions=start.unwrap_or_else(|| ().into_any()) />
        <div class="stack page-body">
        {counts(numbers)}
        {card}
        {findings(diagnostics)}
        {outline.sections.into_iter().map(section).collect_view()}
        </div>
    }
    .into_any()
}

fn counts(counts: Vec<(usize, String)>) -> impl IntoView {
    let numbers = counts
        .into_iter()
        .map(|(count, word)| view! { <div><dt>{word}</dt><dd>{count}</dd></div> });
    view! { <dl class="counts">{numbers.collect_view()}</dl> }
}

fn publish_card(
    commands: Vec<Command>,
    id: i64,
    hash: String,
    may: bool,
    publish: ServerAction<Publish>,
) -> AnyView {
    let none = commands.is_empty();
    let form = if may {
        view! {
            <ActionForm action=publish>
                <input type="hidden" name="id" value=id />
                <input type="hidden" name="plan" value=hash />
                <button class="btn is-main" type="submit">"I have read these commands: publish the plan"</button>
            </ActionForm>
        }
        .into_any()
    } else {
        view! { <p>"Not published yet: somebody with the role DevOps reads these commands and publishes the plan."</p> }
            .into_any()
    };
    view! {
        <SectionCard title="Publish the plan" id="publish" padded=true>
            <p>
                "Exactly these bytes can be executed by a run of this plan, each of them once here. Values travel as \
                 environment variables, never as text in a command. Control characters are shown escaped."
            </p>
            {none.then(|| view! { <p>"This plan executes no command: everything in it is read natively or said by people."</p> })}
            <ul class="stack" role="list">
                {commands.into_iter().map(command).collect_view()}
            </ul>
            {form}
        </SectionCard>
    }
    .into_any()
}

fn command(command: Command) -> impl IntoView {
    let Command { reads, text, written } = command;
    let (word, tone) = if reads {
        ("reads", Tone::None)
    } else {
        ("changes", Tone::Hold)
    };
    let written = written
        .map(|written| view! { <small class="quiet">"written as " <code>{visible(&written)}</code></small> });
    view! {
        <li class="stack is-tight">
            <span><Tag text=word tone=tone /></span>
            <CodeBlock text=visible(&text) label="A command of the plan" />
            {written}
        </li>
    }
}

/// Control and bidirectional characters written out, line breaks apart.
fn visible(text: &str) -> String {
    let hidden = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    text.chars()
        .map(|c| {
            if hidden(c) {
                c.escape_unicode().to_string()
            } else {
                c.to_string()
            }
        })
        .collect()
}

fn findings(diagnostics: Vec<Diagnostic>) -> Option<impl IntoView> {
    let facts = view! { <span>{diagnostics.len()} " lines want a look"</span> }.into_any();
    (!diagnostics.is_empty()).then(|| {
        view! {
            <SectionCard title="What the compiler has to say" id="diagnostics" facts=facts>
                <ul class="diagnostics">{diagnostics.into_iter().map(diagnostic).collect_view()}</ul>
            </SectionCard>
        }
    })
}

fn diagnostic(diagnostic: Diagnostic) -> impl IntoView {
    let Diagnostic {
        code,
        severity,
        line,
        message,
        help,
        ..
    } = diagnostic;
    let tone = Tone::from(severity);
    view! {
        <li>
            <a class="diagnostic-at" href=format!("#L{line}")>
                <Mark tone=tone icon=tone.icon() word=format!("line {line}") />
            </a>
            <span class="diagnostic-what"><CodeText text=message /> " " <Tag text=code /></span>
            <span class="diagnostic-instead"><CodeText text=help /></span>
        </li>
    }
}

fn section(section: OutlineSection) -> impl IntoView {
    let OutlineSection {
        id,
        kind,
        title,
        line,
        lines,
        ..
    } = section;
    let boxes = lines.iter().filter(|line| line.is_box).count();
    let facts = view! { <span>{format!("{}, line {line}, {boxes} items", kind.word())}</span> }.into_any();
    (!lines.is_empty()).then(|| {
        view! {
            <SectionCard title=title id=id.0 facts=facts>
                <ul class="plan">{lines.into_iter().map(plan_line).collect_view()}</ul>
            </SectionCard>
        }
    })
}

fn plan_line(line: OutlineLine) -> impl IntoView {
    let OutlineLine {
        id,
        parent,
        line,
        text,
        claimed,
        optional,
        kind,
        why,
        ..
    } = line;
    let claimed =
        claimed.then(|| view! { " " <Mark tone=Tone::None icon="attested" word="claimed there" /> });
    let optional = (optional && kind != LineKind::Action).then(|| view! { " " <Tag text="optional" /> });
    view! {
        <li id=format!("L{line}") data-item=id.0 class:is-child=parent.is_some()>
            <a class="plan-line" href=format!("#L{line}")>{line}</a>
            <span><CodeText text=text /> {claimed} {optional}</span>
            <KindTag kind=kind />
            <span class="plan-why"><CodeText text=why /></span>
        </li>
    }
}
