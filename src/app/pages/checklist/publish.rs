//! Publishing a plan: every command that it can execute, once, in its exact bytes and with what it may reach.

use crate::{
    api::revision::Command,
    app::{
        components::{CodeBlock, PlainText, SectionCard, Tag, Tone},
        deed::{Deed, DeedForm},
    },
};
use domain::{Right, person::Person, rule_approval::RuleChange};
use leptos::prelude::*;

/// Why `person` does not publish a plan that changes the rules like this, in a sentence; `None` where they may.
pub fn hindrance(person: &Person, rules: Option<&RuleChange>) -> Option<String> {
    if !person.may(Right::Publish, None) {
        let words =
            "Not published yet: somebody with the role DevOps reads these commands and publishes the plan.";
        return Some(words.to_owned());
    }
    let missing = rules?.may_publish(Some(person.id)).err()?;
    Some(format!("Not published yet: {missing}."))
}

/// The commands, and the button where there is no hindrance.
pub fn card(
    commands: Vec<Command>,
    id: i64,
    hash: String,
    hindrance: Option<String>,
    publish: Deed,
) -> AnyView {
    let none = commands.is_empty();
    let form = match hindrance {
        Some(hindrance) => view! { <p>{hindrance}</p> }.into_any(),
        None => view! {
            <DeedForm deed=publish>
                <input type="hidden" name="id" value=id />
                <input type="hidden" name="plan" value=hash />
                <button class="btn is-main" type="submit">"I have read these commands: publish the plan"</button>
            </DeedForm>
        }
        .into_any(),
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
    let Command {
        reads,
        text,
        written,
        is_new,
        reaches,
    } = command;
    let (word, tone) = if reads {
        ("reads", Tone::None)
    } else {
        ("changes", Tone::Hold)
    };
    let written = written
        .map(|written| view! { <small class="quiet">"written as " <code><PlainText text=written /></code></small> });
    view! {
        <li class="stack is-tight">
            <span><Tag text=word tone=tone /> {is_new.then(|| view! { " " <Tag text="new" tone=Tone::Run /> })}</span>
            <CodeBlock text=text label="A command of the plan" />
            {written}
            <small class="quiet">{reaches.join("; ")}</small>
        </li>
    }
}
