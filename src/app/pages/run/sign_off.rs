//! The signature table, and what a person reads before they sign.

mod changes;
mod numbers;

use super::{board::Board, deeds::Deeds};
use crate::app::{
    components::{
        Banner, Choice, Choices, CodeText, Disclosure, HashText, PasskeyButton, Rows, RowsLabel, SectionCard,
        SignatureRow, SignatureTable, StatusMark, TallyBar, TextAreaField, TextField, Tone,
    },
    deed::DeedForm,
};
use domain::{
    Hash,
    decision::{blockers, open_slots},
    freshness::fresh_to_sign,
    outline::Outline,
    permission::signs_before,
    plan::Slot,
    run::{Run, RunState},
    sign_off::Meaning,
    status::{Status, Tally, standing},
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// The table alone, below the checklist.
pub fn card(board: Board, deeds: Deeds) -> AnyView {
    let facts = move || {
        let record = board.run.with(|run| run.record.clone());
        view! { <span>"bound to the record " <HashText hash=record /></span> }
    };
    view! {
        <SectionCard title="Sign-off" id="sign-off" facts=facts.into_any()>
            {move || table(board, deeds)}
        </SectionCard>
    }
    .into_any()
}

/// The tab: the table, and for the slot in the address what would be signed.
pub fn tab(board: Board, deeds: Deeds) -> AnyView {
    let query = use_query_map();
    let role = Memo::new(move |_| query.with(|query| query.get("role")));
    let changed = Memo::new(move |_| query.with(|query| query.get("changed")).or_else(|| role.get()));
    view! {
        <div class="stack">
            {card(board, deeds)}
            {move || changed.get().map(|key| changes::since(board, &key))}
            {move || role.get().and_then(|role| review(board, deeds, &role))}
        </div>
    }
    .into_any()
}

fn table(board: Board, deeds: Deeds) -> AnyView {
    let rows = board.with(|outline, run| {
        outline
            .slots
            .iter()
            .map(|slot| row(board, deeds, outline, slot, run))
            .collect::<Vec<_>>()
    });
    if rows.is_empty() {
        return view! {
            <Banner tone=Tone::Hold title="Nobody can sign">"This checklist has no signature table: add one with the roles that decide."</Banner>
        }
        .into_any();
    }
    view! { <SignatureTable rows=rows /> }.into_any()
}

fn row(board: Board, deeds: Deeds, outline: &Outline, slot: &Slot, run: &Run) -> SignatureRow {
    let sign_off = run.sign_offs.get(&slot.key()).cloned();
    let stale = sign_off.as_ref().is_some_and(|sign_off| run.is_stale(sign_off));
    let holds = board
        .person
        .with_value(|person| person.roles.iter().any(|role| role.key() == slot.role));
    let begun = !matches!(run.state, RunState::Preparing) && !run.is_closed();
    let own = board.person.with_value(|person| {
        sign_off
            .as_ref()
            .is_some_and(|sign_off| sign_off.by.person() == Some(person.id))
    });
    let open = open_slots(outline, run).any(|open| open.key() == slot.key());
    let mine = holds && open && begun;
    let act = if mine {
        Some(review_button(board, deeds, slot))
    } else if own && begun {
        Some(withdraw_form(board, deeds, slot))
    } else {
        None
    };
    let first = signs_before(outline, run, slot).filter(|_| open && begun);
    let after = first
        .map(|first| view! { <span class="signature-comment">{format!("after {}", first.title)}</span> });
    let changed = stale.then(|| {
        let query = query_value(&slot.key());
        let href = format!("/runs/{}?tab=sign-off&changed={query}#changed", board.id);
        view! { <a class="signature-more" href=href>"What changed since"</a> }
    });
    SignatureRow {
        title: slot.title.clone(),
        sign_off,
        stale,
        mine,
        next: Some(view! { {act} {after} {changed} }.into_any()),
    }
}

/// The key of a slot within a query.
fn query_value(key: &str) -> String {
    key.replace('#', "%23")
}

fn review_button(board: Board, deeds: Deeds, slot: &Slot) -> AnyView {
    let role = slot.key();
    view! {
        <DeedForm deed=deeds.review>
            <input type="hidden" name="run" value=board.id />
            <input type="hidden" name="role" value=role.clone() />
            <button class="btn is-main is-small" type="submit" disabled=move || deeds.review.pending().get()>"Review and sign"</button>
        </DeedForm>
    }
    .into_any()
}

fn withdraw_form(board: Board, deeds: Deeds, slot: &Slot) -> AnyView {
    let role = slot.key();
    view! {
        <Disclosure summary="Withdraw…" button=true group="withdraw">
            <DeedForm deed=deeds.withdraw attr:class="form">
                <input type="hidden" name="run" value=board.id />
                <input type="hidden" name="role" value=role.clone() />
                <TextField name="reason" id=format!("withdraw-{role}") label="Reason" maxlength=4000 />
                <button class="btn is-danger" type="submit">"Withdraw my signature"</button>
            </DeedForm>
        </Disclosure>
    }
    .into_any()
}

fn review(board: Board, deeds: Deeds, role: &str) -> Option<AnyView> {
    let slot = board
        .outline
        .with_value(|outline| outline.slots.iter().find(|slot| slot.key() == role).cloned())?;
    let may = board
        .with(|outline, run| !run.is_closed() && open_slots(outline, run).any(|open| open.key() == role));
    let holds = board
        .person
        .with_value(|person| person.roles.iter().any(|held| held.key() == slot.role));
    if !(may && holds) {
        return None;
    }
    // What is signed is what stands here now; when it changes, the page says so and nothing can be sent.
    let record = board.run.with_untracked(|run| run.record.clone());
    let changed = Memo::new({
        let record = record.clone();
        move |_| board.run.with(|run| run.record != record)
    });
    let old = Memo::new(move |_| {
        let now = board.now.get();
        board.with(|outline, run| {
            fresh_to_sign(outline, run, now)
                .err()
                .map(|stale| stale.to_string())
        })
    });
    let title = format!("Sign as {}", slot.title);
    Some(
        view! {
            <SectionCard title=title id="sign" padded=true>
                <div class="signing stack">
                    {counts(board, &record)}
                    {exceptions(board)}
                    {numbers::shown(board)}
                    {move || changed.get().then(|| view! {
                        <Banner tone=Tone::Hold title="The record changed while you were reading" alert=true>
                            "Review it again before you sign."
                        </Banner>
                    })}
                    {move || old.get().map(|old| view! {
                        <Banner tone=Tone::Hold title="Not fresh enough for a go">{old}</Banner>
                    })}
                    {form(board, deeds, &slot, record, changed)}
                </div>
            </SectionCard>
        }
        .into_any(),
    )
}

fn counts(board: Board, record: &Hash) -> impl IntoView + use<> {
    let record = record.clone();
    let tally = board.outline.with_value(|outline| {
        board
            .run
            .with_untracked(|run| Tally::of(outline, run, board.now.get_untracked()))
    });
    view! {
        <div class="signing-counts">
            <TallyBar tally=tally />
            <span class="signing-hash">"You sign the record " <HashText hash=record full=true /></span>
        </div>
    }
}

/// What is not settled, and what is settled by something less than a proof or a word.
fn exceptions(board: Board) -> impl IntoView {
    let now = board.now.get_untracked();
    let (open, soft) = board.outline.with_value(|outline| {
        board.run.with_untracked(|run| {
            let open = blockers(outline, run, now)
                .into_iter()
                .map(|blocker| (blocker.status, blocker.line.text.clone(), blocker.reason))
                .collect::<Vec<_>>();
            let soft = outline.lines().filter_map(|(section, line)| {
                let standing = standing(section, line, run, now);
                let soft = matches!(
                    standing.status,
                    Status::Waived | Status::Overridden | Status::Skipped
                );
                soft.then(|| (standing.status, line.text.clone(), standing.reason))
            });
            (open, soft.collect::<Vec<_>>())
        })
    });
    view! { {list("Not settled: a go becomes a go with these conditions", open)} {list("Waived, overridden or skipped", soft)} }
}

fn list(label: &'static str, lines: Vec<(Status, String, String)>) -> Option<impl IntoView> {
    (!lines.is_empty()).then(|| {
        let rows = lines.into_iter().map(|(status, text, reason)| {
            view! {
                <li class="row">
                    <StatusMark status=status />
                    <div class="row-body"><CodeText text=text /> <div class="row-why">{reason}</div></div>
                </li>
            }
        });
        view! { <Rows><RowsLabel text=label /> {rows.collect_view()}</Rows> }
    })
}

fn form(board: Board, deeds: Deeds, slot: &Slot, record: Hash, changed: Memo<bool>) -> impl IntoView + use<> {
    let choice = |meaning: Meaning, note: &str, tone| Choice {
        value: meaning.key().to_owned(),
        label: meaning.word().to_owned(),
        note: note.to_owned(),
        tone,
        checked: false,
        disabled: false,
    };
    let choices = vec![
        choice(Meaning::Go, "Everything required is settled.", Tone::Go),
        choice(
            Meaning::GoWithConditions,
            "Although something is open; say what must follow.",
            Tone::Hold,
        ),
        choice(Meaning::NoGo, "With the reason.", Tone::No),
    ];
    let (role, record) = (slot.key(), record.to_string());
    view! {
        <DeedForm deed=deeds.sign attr:class="form">
            <input type="hidden" name="run" value=board.id />
            <input type="hidden" name="role" value=role />
            <input type="hidden" name="record" value=record />
            <input type="hidden" name="passkey" value="" />
            <Choices legend="Your answer" name="meaning" choices=choices row=true />
            <TextAreaField name="comment" label="Comment" optional=true maxlength=4000 note="Required for a no-go." />
            <TextField name="password" label="Your password, again" kind="password" autocomplete="current-password" />
            <div class="form-actions">
                <button class="btn is-main" type="submit" disabled=move || changed.get() || deeds.sign.pending().get()>"Sign"</button>
                {board.has_passkey.then(|| view! { <PasskeyButton ask="/api/sign_off/ask" words="Sign with a passkey" disabled=changed /> })}
            </div>
        </DeedForm>
    }
}
