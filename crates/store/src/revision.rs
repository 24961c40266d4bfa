//! Checklists and their revisions.

use crate::{Error, canonical, rule_approval::Approved};
use chrono::{DateTime, Utc};
use domain::{
    Hash,
    person::PersonId,
    plan::{Diagnostic, Plan},
};
use sqlx::PgConnection;

/// A revision as lists show it.
#[derive(Clone, Debug)]
pub struct Revision {
    /// Its number.
    pub id: i64,
    /// The checklist's number.
    pub checklist: i64,
    /// The checklist's title.
    pub title: String,
    /// SHA-256 of the document.
    pub hash: Hash,
    /// SHA-256 of the plan.
    pub plan_hash: Hash,
    /// The name of the file it came from.
    pub file_name: String,
    /// Who imported it; nobody for what Gonogo ships.
    pub imported_by: Option<String>,
    /// When.
    pub imported_at: DateTime<Utc>,
    /// When and by whom its plan was published.
    pub published: Option<Publication>,
}

/// Who published a plan, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    /// Who; nobody for what Gonogo ships.
    pub by: Option<(PersonId, String)>,
    /// When.
    pub at: DateTime<Utc>,
}

/// A revision with everything in it.
#[derive(Clone, Debug)]
pub struct Document {
    /// The list's facts.
    pub revision: Revision,
    /// The document's bytes.
    pub bytes: Vec<u8>,
    /// What they compiled to when they were imported.
    pub plan: Plan,
    /// What the compiler had to say.
    pub diagnostics: Vec<Diagnostic>,
}

/// A revision to be stored.
#[derive(Debug)]
pub struct NewRevision<'a> {
    /// The document's bytes, at most 10 MiB.
    pub bytes: &'a [u8],
    /// The name of the file.
    pub file_name: &'a str,
    /// What the bytes compile to; its `revision` is their SHA-256.
    pub plan: &'a Plan,
    /// What the compiler had to say.
    pub diagnostics: &'a [Diagnostic],
    /// Who; nobody for what Gonogo ships.
    pub imported_by: Option<PersonId>,
}

/// Stores a revision and answers its number. The same bytes again change nothing and answer the first one's.
///
/// # Errors
/// The database's.
pub async fn import(
    connection: &mut PgConnection,
    new: &NewRevision<'_>,
    now: DateTime<Utc>,
) -> Result<i64, Error> {
    let title: String = new.plan.title.chars().take(300).collect();
    let checklist = sqlx::query_scalar!(
        "insert into checklist (title, created_at) values ($1, $2)
         on conflict (title) do update set title = excluded.title returning id",
        title,
        now,
    )
    .fetch_one(&mut *connection)
    .await?;
    let plan_hash = canonical::hash(new.plan)?;
    let id = sqlx::query_scalar!(
        "insert into revision
           (checklist_id, hash, bytes, file_name, plan, plan_hash, diagnostics, imported_by, imported_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (hash) do update set hash = excluded.hash returning id",
        checklist,
        new.plan.revision.as_str(),
        new.bytes,
        new.file_name,
        serde_json::to_value(new.plan)?,
        plan_hash.as_str(),
        serde_json::to_value(new.diagnostics)?,
        new.imported_by.map(|person| person.0),
        now,
    )
    .fetch_one(connection)
    .await?;
    Ok(id)
}

/// The plan of the newest revision of the checklist with this title, the one of these bytes apart: what a line was called
/// before, it is called again.
///
/// # Errors
/// The database's.
pub async fn newest_plan(
    connection: &mut PgConnection,
    title: &str,
    hash: &Hash,
) -> Result<Option<Plan>, Error> {
    let title: String = title.chars().take(300).collect();
    let plan = sqlx::query_scalar!(
        "select plan from revision join checklist on checklist.id = checklist_id
         where checklist.title = $1 and hash <> $2
         order by imported_at desc, revision.id desc limit 1",
        title,
        hash.as_str(),
    )
    .fetch_optional(connection)
    .await?;
    Ok(plan.map(serde_json::from_value).transpose()?)
}

/// The revision of the same checklist that was imported before this one.
#[derive(Clone, Debug)]
pub struct Predecessor {
    /// Its number.
    pub id: i64,
    /// SHA-256 of its document.
    pub hash: Hash,
    /// When it was imported.
    pub imported_at: DateTime<Utc>,
    /// What it compiled to.
    pub plan: Plan,
}

/// What was imported before revision `id`, of the same checklist.
///
/// # Errors
/// The database's.
pub async fn predecessor(connection: &mut PgConnection, id: i64) -> Result<Option<Predecessor>, Error> {
    let row = sqlx::query!(
        "select older.id, older.hash, older.imported_at, older.plan
         from revision this join revision older on older.checklist_id = this.checklist_id
         where this.id = $1 and (older.imported_at, older.id) < (this.imported_at, this.id)
         order by older.imported_at desc, older.id desc limit 1",
        id,
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(Predecessor {
            id: row.id,
            hash: Hash::try_from(row.hash).map_err(|error| Error::inconsistent("revision", error))?,
            imported_at: row.imported_at,
            plan: serde_json::from_value(row.plan)?,
        })
    })
    .transpose()
}

/// Publishes the plan of a revision, if its hash is still `plan`. Answers false where it is another, or published
/// already.
///
/// # Errors
/// The database's.
pub async fn publish(
    connection: &mut PgConnection,
    Approved { revision, by }: Approved,
    plan: &Hash,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    let done = sqlx::query!(
        "update revision set published_by = $3, published_at = $4
         where id = $1 and plan_hash = $2 and published_at is null",
        revision,
        plan.as_str(),
        by.map(|person| person.0),
        now,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Every revision, the newest first, at most 500.
///
/// # Errors
/// The database's.
pub async fn list(connection: &mut PgConnection) -> Result<Vec<Revision>, Error> {
    sqlx::query_as!(
        Row,
        r#"select revision.id, checklist_id, checklist.title, hash, plan_hash, file_name, imported_at, published_at,
             published_by, importer.name as "imported_by_name?", publisher.name as "published_by_name?"
           from revision
           join checklist on checklist.id = checklist_id
           left join person importer on importer.id = imported_by
           left join person publisher on publisher.id = published_by
           order by imported_at desc, revision.id desc limit 500"#
    )
    .fetch_all(connection)
    .await?
    .into_iter()
    .map(Revision::try_from)
    .collect()
}

/// The revision of this number, with its document and plan.
///
/// # Errors
/// The database's.
pub async fn document(connection: &mut PgConnection, id: i64) -> Result<Option<Document>, Error> {
    let row = sqlx::query!(
        r#"select revision.id, checklist_id, checklist.title, hash, plan_hash, file_name, imported_at, published_at,
             published_by, importer.name as "imported_by_name?", publisher.name as "published_by_name?",
             bytes, plan, diagnostics
           from revision
           join checklist on checklist.id = checklist_id
           left join person importer on importer.id = imported_by
           left join person publisher on publisher.id = published_by
           where revision.id = $1"#,
        id
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        let revision = Revision::try_from(Row {
            id: row.id,
            checklist_id: row.checklist_id,
            title: row.title,
            hash: row.hash,
            plan_hash: row.plan_hash,
            file_name: row.file_name,
            imported_at: row.imported_at,
            published_at: row.published_at,
            published_by: row.published_by,
            imported_by_name: row.imported_by_name,
            published_by_name: row.published_by_name,
        })?;
        let plan = serde_json::from_value(row.plan)?;
        let diagnostics = serde_json::from_value(row.diagnostics)?;
        Ok(Document {
            revision,
            bytes: row.bytes,
            plan,
            diagnostics,
        })
    })
    .transpose()
}

struct Row {
    id: i64,
    checklist_id: i64,
    title: String,
    hash: String,
    plan_hash: String,
    file_name: String,
    imported_at: DateTime<Utc>,
    published_at: Option<DateTime<Utc>>,
    published_by: Option<i64>,
    imported_by_name: Option<String>,
    published_by_name: Option<String>,
}

impl TryFrom<Row> for Revision {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let hash =
            |text: String| Hash::try_from(text).map_err(|error| Error::inconsistent("revision", error));
        let by = row.published_by.map(PersonId).zip(row.published_by_name);
        Ok(Self {
            id: row.id,
            checklist: row.checklist_id,
            title: row.title,
            hash: hash(row.hash)?,
            plan_hash: hash(row.plan_hash)?,
            file_name: row.file_name,
            imported_by: row.imported_by_name,
            imported_at: row.imported_at,
            published: row.published_at.map(|at| Publication { by, at }),
        })
    }
}
