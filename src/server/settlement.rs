//! Settling an item as a person: by one's word, against its probe, for a time, or not at all.

use crate::{
    api::{Error, run::ProofGiven},
    server::{
        phase_order::in_order,
        run::{LONGEST_NOTE, open, reasoned, short, still_open},
        state::AppState,
    },
};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    Right,
    event::{Happening, Proof},
    outline::{LineKind, Outline, OutlineLine, OutlineSection},
    permission::{self, may_reopen},
    person::Person,
    plan::ItemId,
    run::{Run, RunId},
    status::{settles, untimely},
    verdict::Verdict,
};
use store::attachment::Attachment;

/// How far a waiver may reach, in days.
const LONGEST_WAIVER: i64 = 366;

/// What somebody does to one item.
#[derive(Clone, Debug)]
pub enum Deed {
    /// Gives their word.
    Attest {
        /// What they write.
        note: String,
        /// What they show.
        proof: ProofGiven,
    },
    /// Settles it against its probe.
    Override {
        /// Why.
        reason: String,
    },
    /// Lets it off until a time.
    Waive {
        /// Why.
        reason: String,
        /// Until when.
        until: DateTime<Utc>,
    },
    /// Leaves it out.
    Skip {
        /// Why.
        reason: String,
    },
    /// Takes a settlement back.
    Reopen {
        /// Why.
        reason: String,
    },
}

/// Does it.
///
/// # Errors
/// [`Error::Forbidden`], [`Error::Refused`] where it does not fit the item, [`Error::Conflict`] after the run closed.
pub async fn settle(
    state: &AppState,
    person: &Person,
    id: RunId,
    item: ItemId,
    deed: Deed,
) -> Result<(), Error> {
    let right = match deed {
        Deed::Attest { .. } => Right::Attest,
        Deed::Override { .. } | Deed::Waive { .. } | Deed::Skip { .. } => Right::Waive,
        // One's own word is one's own: whose it is shows the run.
        Deed::Reopen { .. } => Right::See,
    };
    let opened = open(state, person, id, right).await?;
    let (section, line) = opened.outline.line(&item).ok_or_else(|| Error::NotFound {
        what: format!("item {item}"),
    })?;
    let mut tx = state.pool.begin().await?;
    let now = state.clock.now();
    let fit = Fit::from(&deed);
    let happening = happening(&mut tx, id, line, deed, now).await?;
    store::run::append(&mut tx, &opened.outline, id, &person.author(), now, |run| {
        still_open(run)?;
        fits(&opened.outline, section, line, run, person, fit, now)?;
        Ok::<_, Error>(vec![happening])
    })
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Whether the deed fits the item as it stands.
fn fits(
    outline: &Outline,
    section: &OutlineSection,
    line: &OutlineLine,
    run: &Run,
    person: &Person,
    deed: Fit,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let state = run.items.get(&line.id);
    let settlement = state.and_then(|state| state.settlement.as_ref());
    // What somebody said stands until they, or somebody who may waive, take it back.
    if let Some(settlement) = settlement
        && state.is_some_and(|state| settles(state, now))
        && !may_reopen(run, settlement, person)
    {
        let deed = format!("take back what {} said", settlement.by.name());
        return Err(Error::Forbidden { deed });
    }
    match deed {
        Fit::Word => {
            is_theirs(run, line, person)?;
            // Nobody can say yet how a window went. Letting it off, with a reason, is another matter.
            if let Some(untimely) = untimely(section, run, now) {
                return Err(Error::refused(format!("It is {}.", untimely.reason)));
            }
            in_order(outline, section, run, now)
        }
        Fit::Override => match state
            .and_then(|state| state.latest.as_ref())
            .map(|latest| latest.verdict)
        {
            None => Err(Error::refused(
                "Its probe has not answered yet, so there is nothing to override: verify it first.",
            )),
            Some(Verdict::Pass) => Err(Error::refused("Its probe passed: there is nothing to override.")),
            Some(Verdict::Warning | Verdict::Fail | Verdict::Error | Verdict::NoData) => Ok(()),
        },
        Fit::Reopen if settlement.is_none() => Err(Error::refused(
            "Nobody has settled this item: there is nothing to take back.",
        )),
        Fit::Reopen | Fit::LetOff => Ok(()),
    }
}

/// Whether the role that an annotation asks for is theirs.
///
/// # Errors
/// [`Error::Refused`], which names the role.
pub(crate) fn is_theirs(run: &Run, line: &OutlineLine, person: &Person) -> Result<(), Error> {
    match &line.role {
        Some(role) if !permission::is_theirs(run, line, person) => Err(Error::refused(format!(
            "This line is for the role {role}: ask somebody who holds it."
        ))),
        Some(_) | None => Ok(()),
    }
}

/// What has to fit for a deed.
#[derive(Clone, Copy, Debug)]
enum Fit {
    Word,
    Override,
    /// A waiver or a skip: a decision about the line, which waits for nothing.
    LetOff,
    Reopen,
}

impl From<&Deed> for Fit {
    fn from(deed: &Deed) -> Self {
        match deed {
            Deed::Attest { .. } => Fit::Word,
            Deed::Override { .. } => Fit::Override,
            Deed::Waive { .. } | Deed::Skip { .. } => Fit::LetOff,
            Deed::Reopen { .. } => Fit::Reopen,
        }
    }
}

async fn happening(
    tx: &mut sqlx::PgConnection,
    id: RunId,
    line: &OutlineLine,
    deed: Deed,
    now: DateTime<Utc>,
) -> Result<Happening, Error> {
    let item = line.id.clone();
    if line.kind == LineKind::Parent {
        return Err(Error::refused(
            "This item is settled by the ones below it: settle those.",
        ));
    }
    Ok(match deed {
        Deed::Attest { .. } if matches!(line.kind, LineKind::Probe | LineKind::Check) => {
            return Err(Error::refused(
                "A probe settles this item: verify it. To settle it against its probe, override it with a reason.",
            ));
        }
        Deed::Attest { note, proof } => {
            let note = short("note", &note, LONGEST_NOTE)?;
            let proof = keep(tx, id, proof).await?;
            if note.is_empty() && proof.is_none() {
                return Err(Error::refused(
                    "Write a note, give a link or attach a file: what did you see?",
                ));
            }
            Happening::Attested { item, note, proof }
        }
        Deed::Override { .. } if !matches!(line.kind, LineKind::Probe | LineKind::Check) => {
            return Err(Error::refused(
                "No probe settles this item, so there is nothing to override: attest it.",
            ));
        }
        Deed::Override { reason } => Happening::Overridden {
            item,
            reason: reasoned(&reason)?,
        },
        Deed::Skip { reason } => Happening::Skipped {
            item,
            reason: reasoned(&reason)?,
        },
        Deed::Reopen { reason } => Happening::Reopened {
            item,
            reason: reasoned(&reason)?,
        },
        Deed::Waive { reason, until } => {
            if until <= now || until > now + TimeDelta::days(LONGEST_WAIVER) {
                return Err(Error::refused(
                    "A waiver ends: give a time from now on, a year ahead at the most.",
                ));
            }
            Happening::Waived {
                item,
                reason: reasoned(&reason)?,
                until,
            }
        }
    })
}

async fn keep(tx: &mut sqlx::PgConnection, id: RunId, given: ProofGiven) -> Result<Option<Proof>, Error> {
    match given {
        ProofGiven::Nothing => Ok(None),
        ProofGiven::Link(url) => {
            let url = short("link", &url, 2000)?;
            let web = url.starts_with("https://") || url.starts_with("http://");
            if !web || url.contains(char::is_whitespace) {
                return Err(Error::refused(
                    "A link starts with https:// or http:// and has no spaces.",
                ));
            }
            Ok(Some(Proof::Link { url }))
        }
        ProofGiven::File { name, bytes } => {
            let size = bytes.len() as u64;
            let name = short("file name", &name, 200)?;
            crate::server::attachment::fits_its_name(&name, &bytes)?;
            let hash = store::attachment::insert(
                tx,
                id,
                &Attachment {
                    name: name.clone(),
                    bytes,
                },
            )
            .await?;
            Ok(Some(Proof::File { hash, name, size }))
        }
    }
}
