//! A signature table in the place of another: what changes, who approved it by the old one, and approving.

use crate::app::{
    components::{Choice, Choices, ExactTime, Mark, SectionCard, TextField, Tone},
    deed::{Deed, DeedForm},
};
use domain::{
    person::Person,
    plan::Slot,
    rule_approval::{RuleChange, name},
};
use leptos::prelude::*;

/// The difference, the slots of the table that holds, and the form for those who may approve. `of` is the revision's number and
/// the hash of its plan.
pub fn card(change: RuleChange, of: (i64, String), person: &Person, approve: Deed) -> AnyView {
    let (since, sentences) = (change.since, change.sentences());
    let form = form(&change, of, person, approve);
    let rows = change.old.iter().map(|slot| row(&change, slot)).collect_view();
    view! {
        <SectionCard title="The rules of sign-off change" id="rules" padded=true>
            <p>
                "This plan puts other rules in the place of those of the "
                <a href=format!("/checklists/{since}")>"revision that is published"</a>
                ". Before it is published, those who sign by the old rules approve that: one person for each slot."
            </p>
            <ul class="stack is-tight" role="list">{sentences.into_iter().map(|sentence| view! { <li>{sentence}</li> }).collect_view()}</ul>
            <div class="table-wrap">
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">"Signs until now"</th>
                            <th scope="col">"Answer"</th>
                            <th scope="col">"Approved"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            {form}
        </SectionCard>
    }
    .into_any()
}

fn row(change: &RuleChange, slot: &Slot) -> impl IntoView + use<> {
    let approval = change.approval(slot).cloned();
    let (tone, icon, word) = match approval {
        Some(_) => (Tone::Go, "proved", "approves"),
        None if slot.can_be_filled() => (Tone::None, "no-data", "waiting"),
        None => (Tone::None, "not-applicable", "not asked: no role can sign this"),
    };
    let approved = approval.map(|approval| view! { {approval.name} " · " <ExactTime at=approval.at /> });
    view! {
        <tr>
            <th scope="row">{name(slot)}</th>
            <td data-label="Answer"><Mark tone=tone icon=icon word=word /></td>
            <td data-label="Approved">{approved}</td>
        </tr>
    }
}

fn form(change: &RuleChange, (id, plan): (i64, String), person: &Person, approve: Deed) -> Option<AnyView> {
    let mut theirs: Vec<&Slot> = change
        .missing()
        .filter(|slot| change.may_approve(person, &slot.key()).is_ok())
        .collect();
    // Of two slots of one role either does.
    theirs.dedup_by(|one, other| one.role == other.role);
    let choices: Vec<Choice> = theirs
        .into_iter()
        .enumerate()
        .map(|(index, slot)| Choice {
            value: slot.key(),
            label: name(slot),
            checked: index == 0,
            ..Choice::default()
        })
        .collect();
    (!choices.is_empty()).then(|| {
        view! {
            <DeedForm deed=approve attr:class="form">
                <input type="hidden" name="id" value=id />
                <input type="hidden" name="plan" value=plan />
                <Choices legend="You approve as" name="slot" choices=choices row=true />
                <TextField name="password" label="Your password, again" kind="password" autocomplete="current-password" />
                <div class="form-actions">
                    <button class="btn is-main" type="submit" disabled=move || approve.pending().get()>
                        "Approve the new rules"
                    </button>
                </div>
            </DeedForm>
        }
        .into_any()
    })
}
