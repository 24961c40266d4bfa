//! Approving that a revision changes its checklist's rules of sign-off.

use crate::{
    api::Error,
    server::{auth, sign_off::sentence, state::AppState},
};
use domain::{Hash, person::Person, rule_approval::RuleChange};
use store::rule_approval;

/// What publishing a revision would change of the rules that hold, and who approved; `None` where nothing changes.
///
/// # Errors
/// The database's.
pub async fn change(state: &AppState, id: i64) -> Result<Option<RuleChange>, Error> {
    let mut connection = state.pool.acquire().await?;
    Ok(rule_approval::change(&mut connection, id).await?)
}

/// Approves, for a slot of the table that holds, that the plan with this hash changes the table.
///
/// # Errors
/// [`Error::WrongPassword`]; [`Error::Conflict`] where the plan is another than the one that was read; [`Error::Refused`] by
/// the rules of [`RuleChange::may_approve`].
pub async fn approve(
    state: &AppState,
    person: &Person,
    (id, plan): (i64, &Hash),
    slot: &str,
    password: String,
) -> Result<(), Error> {
    auth::confirm_password(state, person, password).await?;
    let mut transaction = state.pool.begin().await?;
    let found = rule_approval::lock(&mut transaction, id).await?;
    let found = found.ok_or_else(|| Error::NotFound {
        what: format!("revision {id}"),
    })?;
    if found != *plan {
        let message =
            "This plan is another than the one that you read. Nothing was approved: load the page again.";
        return Err(Error::Conflict {
            message: message.to_owned(),
        });
    }
    let change = rule_approval::change(&mut transaction, id)
        .await?
        .ok_or_else(|| {
            Error::refused(
                "This revision changes no rules of sign-off, or is published: there is nothing to approve.",
            )
        })?;
    change
        .may_approve(person, slot)
        .map_err(|refusal| Error::refused(sentence(&refusal.to_string())))?;
    let now = state.clock.now();
    rule_approval::insert(&mut transaction, (id, plan), change.since, slot, person.id, now).await?;
    Ok(transaction.commit().await?)
}
