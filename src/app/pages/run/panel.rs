//! The line that is open: what was seen, attempt by attempt, and what can be done with it.

use super::{action, board::Board, deeds::Deeds, env_edit, guides};
use crate::{
    api::{
        evidence::{Attempt, attempts},
        run::Attest,
    },
    app::{
        components::{
            Attempts, CodeText, Disclosure, EmptyState, EvidenceList, EvidencePanel, ExactTime, HashText,
            OutputBlock, PanelPart, TextAreaField, TextField,
        },
        deed::DeedForm,
        loaded::{Loaded, load},
    },
};
use domain::{
    Right,
    event::Proof,
    outline::{LineKind, OutlineLine, Proof as Proves},
    permission::may_reopen,
    phase_order::waits_for,
    plan::ItemId,
    retention::Kept,
    run::{How, Settlement},
    status::standing,
    verdict::Finding,
};
use leptos::{prelude::*, server_fn::ServerFn};

/// The panel beside the checklist.
pub fn panel(board: Board, deeds: Deeds, selected: Memo<Option<String>>) -> AnyView {
    // Asked again when the item is another or was observed again.
    let key = Memo::new(move |_| {
        let id = ItemId(selected.get()?);
        let count = board
            .run
            .with(|run| run.items.get(&id).map_or(0, |state| state.seen()));
        Some((id, count))
    });
    let evidence = load(
        move || key.get(),
        move |key| async move {
            match key {
                Some((id, 1..)) => attempts(board.id, id.0).await,
                Some((_, 0)) | None => Ok(vec![]),
            }
        },
    );
    let body = move || match selected.get() {
        None => nothing(),
        Some(id) => (board.parts.get())
            .map(|parts| (parts.line)(board, deeds, ItemId(id), evidence))
            .into_any(),
    };
    view! { <aside id="panel" class="card panel" aria-label="The open line" class:is-empty=move || selected.with(Option::is_none)>{body}</aside> }
        .into_any()
}

fn nothing() -> AnyView {
    view! {
        <EmptyState title="No line is open" icon="list">
            <p>"Open a line of the checklist to see what was expected, what was found, and what can be done."</p>
        </EmptyState>
    }
    .into_any()
}

/// What was seen of the line that is open.
pub type Evidence = Loaded<Result<Vec<Attempt>, crate::api::Error>>;

/// A line that is open.
pub fn line(board: Board, deeds: Deeds, id: ItemId, evidence: Evidence) -> AnyView {
    let found = board.find(&id, |section, line| (section.clone(), line.clone()));
    let Some((section, line)) = found else {
        return nothing();
    };
    let heading = section.heading();
    let text = line.text.clone();
    let stands = Memo::new({
        let (section, line) = (section.clone(), line.clone());
        move |_| {
            let now = board.now.get();
            board.run.with(|run| standing(&section, &line, run, now))
        }
    });
    let head = {
        let number = line.line;
        move || {
            let standing = stands.get();
            let place = view! {
                {heading.clone()} ", "
                <a href=format!("/checklists/{}#L{number}", board.revision)>"line " {number} " of the checklist"</a>
            }
            .into_any();
            view! {
                <EvidencePanel status=standing.status title=text.clone() place=Some(place)
                    close_href=format!("/runs/{}", board.id) why=standing.reason>
                    ""
                </EvidencePanel>
            }
        }
    };
    let why = line.why.clone();
    view! {
        {head}
        {settled(board, &id)}
        {(line.kind == LineKind::Action).then(|| action::part(board, deeds, &line))}
        {line.env_edit.then(|| env_edit::part(board, deeds, &line))}
        <Transition fallback=|| view! { <PanelPart>"Loading the evidence…"</PanelPart> }>
            {move || {
                let id = id.clone();
                Suspend::new(async move { seen(board, &id, evidence.await) })
            }}
        </Transition>
        {guides::beside(board, deeds, &line.id)}
        <PanelPart label="How it is settled"><CodeText text=why /></PanelPart>
        {forms(board, deeds, line)}
    }
    .into_any()
}

fn seen(board: Board, id: &ItemId, attempts: Result<Vec<Attempt>, crate::api::Error>) -> AnyView {
    let attempts = match attempts {
        Ok(attempts) => attempts,
        Err(error) => return view! { <PanelPart>{error.to_string()}</PanelPart> }.into_any(),
    };
    let Some(newest) = attempts.into_iter().next() else {
        return ().into_any();
    };
    let (tries, all) = board.run.with_untracked(|run| {
        run.items
            .get(id)
            .map(|state| (state.tries.clone(), state.attempts))
            .unwrap_or_default()
    });
    let by = board.run.with_untracked(|run| {
        let latest = run.items.get(id)?.latest.as_ref()?;
        Some(latest.by.name().to_owned())
    });
    let shown = match newest {
        Attempt {
            hash,
            seen: Kept::Whole(Finding {
                verdict, evidence, ..
            }),
        } => {
            let output = evidence.output.clone();
            view! {
                <PanelPart>
                    <EvidenceList evidence=evidence verdict=verdict hash=hash by=by.unwrap_or_default() />
                </PanelPart>
                {output.map(|output| view! { <PanelPart label="Output"><OutputBlock output=output /></PanelPart> })}
            }
            .into_any()
        }
        Attempt {
            hash,
            seen: Kept::Removed(at),
        } => view! {
            <PanelPart label="Output">
                <p>"Output removed by retention on " <ExactTime at=at /> "."</p>
                <small>"evidence " <HashText hash=hash /></small>
            </PanelPart>
        }
        .into_any(),
    };
    view! {
        {shown}
        <PanelPart label="Attempts"><Attempts tries=tries all=all /></PanelPart>
    }
    .into_any()
}

fn settled(board: Board, id: &ItemId) -> impl IntoView + use<> {
    let id = id.clone();
    let settlement = Memo::new(move |_| {
        board
            .run
            .with(|run| run.items.get(&id).and_then(|state| state.settlement.clone()))
    });
    move || {
        settlement
            .get()
            .map(|settlement| settlement_part(board, settlement))
    }
}

fn settlement_part(board: Board, settlement: Settlement) -> impl IntoView {
    let Settlement { how, by, at, reason } = settlement;
    let (word, shown) = match how {
        How::Attested { proof } => ("Attested", proof.map(|proof| proof_link(board, proof))),
        How::Overridden => ("Overridden", None),
        How::Waived { .. } => ("Waived", None),
        How::Skipped => ("Skipped", None),
    };
    view! {
        <PanelPart label=word>
            <p>{reason}</p>
            {shown}
            <small>{by.name().to_owned()} ", " <ExactTime at=at /></small>
        </PanelPart>
    }
}

fn proof_link(board: Board, proof: Proof) -> AnyView {
    match proof {
        Proof::Link { url } => {
            let href = url.clone();
            view! { <p><a href=href rel="external noopener noreferrer">{url}</a></p> }.into_any()
        }
        Proof::File { hash, name, size } => view! {
            <p>
                <a href=format!("/runs/{}/attachments/{hash}", board.id) rel="external" download="">{name}</a>
                {format!(", {}", domain::quantity::bytes(size))}
            </p>
        }
        .into_any(),
    }
}

fn forms(board: Board, deeds: Deeds, line: OutlineLine) -> impl IntoView {
    let class = board.run.with_untracked(|run| run.start.class);
    let may = move |right| board.person.with_value(|person| person.may(right, Some(class)));
    let id = line.id.clone();
    // Whether somebody settled it, and whether this person may take that back.
    let settlement = Memo::new(move |_| {
        board.run.with(|run| {
            let settlement = run.items.get(&id)?.settlement.as_ref()?;
            Some(
                board
                    .person
                    .with_value(|person| may_reopen(run, settlement, person)),
            )
        })
    });
    let seen = {
        let id = line.id.clone();
        Memo::new(move |_| {
            board
                .run
                .with(|run| run.items.get(&id).is_some_and(|state| state.latest.is_some()))
        })
    };
    let section = board.find(&line.id, |section, _| section.clone());
    let waits = Memo::new(move |_| {
        let now = board.now.get();
        board.with(|outline, run| {
            section
                .as_ref()
                .is_some_and(|section| waits_for(outline, section, run, now).is_some())
        })
    });
    let superseded = Memo::new(move |_| board.run.with(|run| run.superseded.is_some()));
    let closed = Memo::new(move |_| board.run.with(|run| run.is_closed()));
    move || {
        if closed.get() {
            return ().into_any();
        }
        let probe = matches!(line.kind, LineKind::Probe | LineKind::Check);
        let own = line.proof == Proves::Own;
        let asks = (probe || own || line.kind == LineKind::Parent) && !superseded.get();
        let verify = (asks && may(Right::Verify)).then(|| verify(board, deeds, &line.id, "Verify"));
        let by_word = matches!(line.kind, LineKind::Attestation | LineKind::Action);
        let attest = (by_word && !waits.get() && may(Right::Attest)).then(|| attest(board, &line.id));
        let settle = line.kind != LineKind::Parent && may(Right::Waive);
        let reopen = (settlement.get() == Some(true)).then(|| settle_form(board, deeds, &line.id, &REOPEN));
        let others = (settle && settlement.get().is_none()).then(|| {
            let forms = [(true, &WAIVE), (true, &SKIP), (probe && seen.get(), &OVERRIDE)];
            let forms = forms.into_iter().filter(|(shown, _)| *shown);
            forms
                .map(|(_, form)| settle_form(board, deeds, &line.id, form))
                .collect_view()
        });
        let waiting = (by_word && waits.get()).then(|| {
            view! { <p>"An earlier phase is not settled yet, and phases go in order: settle it, or go ahead with a reason at the end of this phase."</p> }
        });
        view! { <PanelPart>{waiting}<div class="panel-acts">{verify} {attest} {reopen} {others}</div></PanelPart> }
            .into_any()
    }
}

/// The form that asks a line again.
pub(super) fn verify(board: Board, deeds: Deeds, id: &ItemId, words: &'static str) -> AnyView {
    let item = id.0.clone();
    view! {
        <DeedForm deed=deeds.verify>
            <input type="hidden" name="run" value=board.id />
            <input type="hidden" name="item" value=item />
            <button class="btn is-main" type="submit" disabled=move || deeds.verify.pending().get()>{words}</button>
        </DeedForm>
    }
    .into_any()
}

fn attest(board: Board, id: &ItemId) -> impl IntoView + use<> {
    let item = id.0.clone();
    view! {
        <Disclosure summary="Attest…" button=true group="panel">
            <form class="form" method="post" action=Attest::url() enctype="multipart/form-data">
                <input type="hidden" name="run" value=board.id />
                <input type="hidden" name="item" value=item />
                <TextAreaField name="note" label="What did you see?" maxlength=4000 optional=true />
                <TextField name="link" label="Link" kind="url" optional=true maxlength=2000 />
                <div class="field">
                    <label for="attest-file">"File, at most 10 MB"</label>
                    <input id="attest-file" class="file-input" type="file" name="file" />
                </div>
                <button class="btn is-main" type="submit">"Attest"</button>
            </form>
        </Disclosure>
    }
}

struct SettleForm {
    deed: &'static str,
    summary: &'static str,
    button: &'static str,
    note: &'static str,
    days: bool,
}

const WAIVE: SettleForm = SettleForm {
    deed: "waive",
    summary: "Waive…",
    button: "Waive",
    note: "The item is let off until then; the record names you and the reason.",
    days: true,
};
const SKIP: SettleForm = SettleForm {
    deed: "skip",
    summary: "Skip…",
    button: "Skip",
    note: "The item is left out of this run.",
    days: false,
};
const OVERRIDE: SettleForm = SettleForm {
    deed: "override",
    summary: "Override…",
    button: "Override the probe",
    note: "The item is settled against its probe, in your name.",
    days: false,
};
const REOPEN: SettleForm = SettleForm {
    deed: "reopen",
    summary: "Reopen…",
    button: "Reopen",
    note: "Takes the settlement back; the log keeps both.",
    days: false,
};

fn settle_form(board: Board, deeds: Deeds, id: &ItemId, form: &'static SettleForm) -> impl IntoView + use<> {
    let item = id.0.clone();
    let days = form
        .days
        .then(|| view! { <TextField name="days" label="For how many days" kind="number" value="7" /> });
    view! {
        <Disclosure summary=form.summary button=true group="panel">
            <DeedForm deed=deeds.settle attr:class="form">
                <input type="hidden" name="run" value=board.id />
                <input type="hidden" name="item" value=item />
                <input type="hidden" name="deed" value=form.deed />
                <TextField name="reason" id=format!("{}-reason", form.deed) label="Reason" maxlength=4000 note=form.note />
                {days}
                <button class="btn" type="submit">{form.button}</button>
            </DeedForm>
        </Disclosure>
    }
}
