//! Approvals of changed rules of sign-off, and the proof that a plan has those that it needs.

use crate::Error;
use chrono::{DateTime, Utc};
use domain::{
    Hash,
    person::PersonId,
    plan::Slot,
    rule_approval::{NotApproved, RuleApproval, RuleChange},
};
use sqlx::{PgConnection, types::Json};

/// Proof that a revision may be published now, by this person: it changes no rules of sign-off, or those who sign by the old ones
/// approved. It holds in its transaction, for which every other publication of the checklist waits.
#[derive(Debug)]
pub struct Approved {
    /// The revision's number.
    pub(crate) revision: i64,
    /// Who publishes; nobody for what Gonogo ships.
    pub(crate) by: Option<PersonId>,
}

impl Approved {
    /// Looks whether revision `revision` may be published by `by`.
    ///
    /// # Errors
    /// The database's; inside, what is missing.
    pub async fn of(
        connection: &mut PgConnection,
        revision: i64,
        by: Option<PersonId>,
    ) -> Result<Result<Self, NotApproved>, Error> {
        lock(connection, revision).await?;
        let change = change(connection, revision).await?;
        let may = change.map_or(Ok(()), |change| change.may_publish(by));
        Ok(may.map(|()| Self { revision, by }))
    }
}

/// Keeps the rules of a revision's checklist as they are until the transaction ends. Answers the hash of the revision's plan;
/// `None` where there is no such revision.
///
/// # Errors
/// The database's.
pub async fn lock(connection: &mut PgConnection, revision: i64) -> Result<Option<Hash>, Error> {
    let plan = sqlx::query_scalar!(
        "select plan_hash from revision join checklist on checklist.id = checklist_id
         where revision.id = $1 for update of checklist",
        revision
    )
    .fetch_optional(connection)
    .await?;
    plan.map(|plan| Hash::try_from(plan).map_err(|error| Error::inconsistent("revision", error)))
        .transpose()
}

/// What publishing the revision would change of the rules that hold, which are those of the newest published revision of the
/// same checklist; with the approvals of exactly this. `None` where nothing changes, nothing was published, or it is published.
///
/// # Errors
/// The database's.
pub async fn change(connection: &mut PgConnection, revision: i64) -> Result<Option<RuleChange>, Error> {
    let row = sqlx::query!(
        r#"select older.id, older.plan -> 'slots' as "old!: Json<Vec<Slot>>", this.plan -> 'slots' as "new!: Json<Vec<Slot>>"
           from revision this join revision older on older.checklist_id = this.checklist_id
           where this.id = $1 and this.published_at is null and older.published_at is not null
           order by older.published_at desc, older.id desc limit 1"#,
        revision
    )
    .fetch_optional(&mut *connection)
    .await?;
    let Some(mut change) = row.and_then(|row| RuleChange::between(row.id, row.old.0, row.new.0)) else {
        return Ok(None);
    };
    let approvals = sqlx::query!(
        "select slot, person_id, person.name, at
         from rule_approval
         join revision on revision.id = revision_id and revision.plan_hash = rule_approval.plan_hash
         join person on person.id = person_id
         where revision_id = $1 and since_id = $2 order by at, slot",
        revision,
        change.since
    )
    .fetch_all(connection)
    .await?;
    let approval = approvals.into_iter().map(|row| RuleApproval {
        slot: row.slot,
        by: PersonId(row.person_id),
        name: row.name,
        at: row.at,
    });
    change.approvals.extend(approval);
    Ok(Some(change))
}

/// Stores an approval of the plan with this hash, for a slot of the table of revision `since`.
///
/// # Errors
/// The database's.
pub async fn insert(
    connection: &mut PgConnection,
    (revision, plan): (i64, &Hash),
    since: i64,
    slot: &str,
    by: PersonId,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into rule_approval (revision_id, plan_hash, since_id, slot, person_id, at)
         values ($1, $2, $3, $4, $5, $6)",
        revision,
        plan.as_str(),
        since,
        slot,
        by.0,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}
