//! One revision: what each line became and why, what the compiler had to say, and publishing the plan.

use crate::{
    api::revision::{Publish, RevisionPage, load_revision},
    app::{
        components::{
            Banner, CodeBlock, CodeText, Crumb, ExactTime, HashText, LinkButton, Mark, PageHead, SectionCard,
            Tag, Tone,
        },
        trouble::{NotLoaded, Trouble, errors},
    },
};
use domain::{
    Right,
    plan::{Check, Diagnostic, Item, Plan, Section, Work},
    probe::ProbeSpec,
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
        plan,
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
            &plan,
            line.id,
            line.plan_hash.to_string(),
            person.may(Right::Publish, None),
            publish,
        ),
    };
    view! {
        <Title text=plan.title.clone() />
        <PageHead title=plan.title.clone() trail=trail facts=facts actions=start.unwrap_or_else(|| ().into_any()) />
        {counts(&plan)}
        {card}
        {findings(diagnostics)}
        {plan.sections.into_iter().map(section).collect_view()}
    }
    .into_any()
}

fn counts(plan: &Plan) -> impl IntoView {
    let count = |wanted: fn(&Work) -> bool| plan.items().filter(|item| wanted(&item.work)).count();
    let native = count(|work| matches!(work, Work::Probe { spec } if !matches!(spec, ProbeSpec::Shell(_))));
    let shell = count(|work| {
        matches!(
            work,
            Work::Probe {
                spec: ProbeSpec::Shell(_)
            }
        )
    });
    let all = plan.items().count();
    let numbers = [
        (all, "items"),
        (native, "native probes"),
        (shell, "shell probes"),
        (count(|work| matches!(work, Work::Action { .. })), "actions"),
        (count(|work| matches!(work, Work::Attestation)), "attestations"),
        (count(|work| matches!(work, Work::Parent)), "parents"),
        (
            plan.sections.iter().map(|section| section.checks.len()).sum(),
            "checks beside them",
        ),
    ];
    view! {
        <dl class="counts">
            {numbers.map(|(count, word)| view! { <div><dt>{word}</dt><dd>{count}</dd></div> }).collect_view()}
        </dl>
    }
}

fn publish_card(plan: &Plan, id: i64, hash: String, may: bool, publish: ServerAction<Publish>) -> AnyView {
    let commands = commands(plan);
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
            <ul class="commands">
                {commands.into_iter().map(|(kind, command)| view! {
                    <li><Tag text=kind /> <CodeBlock text=visible(&command) label="A command of the plan" /></li>
                }).collect_view()}
            </ul>
            {form}
        </SectionCard>
    }
    .into_any()
}

/// Every distinct command that a run of this plan can execute, in the document's order.
fn commands(plan: &Plan) -> Vec<(&'static str, String)> {
    let mut found: Vec<(&'static str, String)> = Vec::new();
    let works = plan.sections.iter().flat_map(|section| {
        section
            .items
            .iter()
            .map(|item| &item.work)
            .chain(section.checks.iter().map(|check| &check.work))
    });
    let mut add = |kind, command: &str| {
        if !found.iter().any(|(_, known)| known == command) {
            found.push((kind, command.to_owned()));
        }
    };
    for work in works {
        match work {
            Work::Probe { spec } => shell_commands(spec)
                .into_iter()
                .for_each(|command| add("reads", command)),
            Work::Action { command, .. } => add("changes", command),
            Work::Attestation | Work::Parent => {}
        }
    }
    found
}

fn shell_commands(spec: &ProbeSpec) -> Vec<&str> {
    match spec {
        ProbeSpec::Shell(shell) => vec![&shell.command],
        // One level: a compound of compounds is never compiled.
        ProbeSpec::All(specs) => specs
            .iter()
            .filter_map(|spec| {
                if let ProbeSpec::Shell(shell) = spec {
                    Some(shell.command.as_str())
                } else {
                    None
                }
            })
            .collect(),
        ProbeSpec::Http(_)
        | ProbeSpec::Postgres(_)
        | ProbeSpec::File(_)
        | ProbeSpec::EnvLine { .. }
        | ProbeSpec::Port { .. }
        | ProbeSpec::Tool { .. }
        | ProbeSpec::Memory { .. }
        | ProbeSpec::Disk { .. }
        | ProbeSpec::Clock { .. }
        | ProbeSpec::Git(_) => vec![],
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
        column,
        message,
        help,
        ..
    } = diagnostic;
    view! {
        <li>
            <span class="diagnostic-at">{format!("{line}:{column} {code}")}</span>
            <span class="diagnostic-what tone" data-tone=Tone::from(severity).key()>{message}</span>
            <span class="diagnostic-instead">{help}</span>
        </li>
    }
}

fn section(section: Section) -> impl IntoView {
    let Section {
        id,
        kind,
        title,
        line,
        items,
        checks,
        ..
    } = section;
    let empty = items.is_empty() && checks.is_empty();
    let facts =
        view! { <span>{format!("{}, line {line}, {} items", kind.word(), items.len())}</span> }.into_any();
    (!empty).then(|| {
        view! {
            <SectionCard title=title id=id.0 facts=facts>
                <ul class="plan">
                    {items.into_iter().map(item).collect_view()}
                    {checks.into_iter().map(check).collect_view()}
                </ul>
            </SectionCard>
        }
    })
}

fn item(item: Item) -> impl IntoView {
    let Item {
        id,
        parent,
        line,
        text,
        claimed,
        optional,
        work,
        why,
        ..
    } = item;
    let claimed =
        claimed.then(|| view! { " " <Mark tone=Tone::None icon="attested" word="claimed there" /> });
    let optional = optional.then(|| view! { " " <Tag text="optional" /> });
    view! {
        <li id=id.0 class:is-child=parent.is_some()>
            <a class="plan-line" href=format!("#L{line}") id=format!("L{line}")>{line}</a>
            <span><CodeText text=text /> {claimed} {optional}</span>
            <Tag text=work.word() />
            <span class="plan-why">{why}</span>
        </li>
    }
}

fn check(check: Check) -> impl IntoView {
    let Check {
        id,
        line,
        text,
        work,
        why,
    } = check;
    view! {
        <li id=id.0>
            <span class="plan-line">{line}</span>
            <code>{text}</code>
            <Tag text=format!("check · {}", work.word()) />
            <span class="plan-why">{why}</span>
        </li>
    }
}
