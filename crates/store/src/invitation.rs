//! One-time links for people who have no account yet.

use crate::{Error, person::PersonId};
use chrono::{DateTime, Utc};
use domain::Role;
use sqlx::PgConnection;

/// The SHA-256 of what a link holds: what the table knows of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvitationKey(pub [u8; 32]);

/// A link to be made.
#[derive(Clone, Debug)]
pub struct NewInvitation<'a> {
    /// See [`InvitationKey`].
    pub key: InvitationKey,
    /// Whom it is for, 1 to 100 characters.
    pub title: &'a str,
    /// What they will hold.
    pub roles: &'a [Role],
    /// Who invites.
    pub by: PersonId,
    /// It works until then.
    pub expires_at: DateTime<Utc>,
}

/// A link that still works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Its number.
    pub id: i64,
    /// Whom it is for.
    pub title: String,
    /// What they will hold.
    pub roles: Vec<Role>,
    /// Who invited them.
    pub by: String,
    /// When.
    pub invited_at: DateTime<Utc>,
    /// It works until then.
    pub expires_at: DateTime<Utc>,
}

/// Stores it.
///
/// # Errors
/// The database's.
pub async fn create(
    connection: &mut PgConnection,
    new: &NewInvitation<'_>,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let roles: Vec<String> = new.roles.iter().map(|role| role.key().to_owned()).collect();
    sqlx::query!(
        "insert into invitation (key, title, roles, invited_by, invited_at, expires_at) values ($1, $2, $3, $4, $5, $6)",
        &new.key.0[..],
        new.title,
        &roles,
        new.by.0,
        now,
        new.expires_at,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The links that still work, the newest first, 100 at most.
///
/// # Errors
/// The database's.
pub async fn open(connection: &mut PgConnection, now: DateTime<Utc>) -> Result<Vec<Invitation>, Error> {
    sqlx::query_as!(
        Row,
        r#"select invitation.id, invitation.title, roles, person.name as by, invited_at, expires_at
           from invitation join person on person.id = invited_by
           where revoked_at is null and used_at is null and expires_at > $1 and disabled_at is null
             and exists (select 1 from person_role where person_role.person_id = invited_by and role = 'admin')
           order by invitation.id desc limit 100"#,
        now
    )
    .fetch_all(connection)
    .await?
    .into_iter()
    .map(Invitation::try_from)
    .collect()
}

/// The link with this key, where it still works: not used, not revoked, not expired, and whoever made it may still invite.
/// Locked until the transaction ends, so that it is used once.
///
/// # Errors
/// The database's.
pub async fn by_key(
    connection: &mut PgConnection,
    key: InvitationKey,
    now: DateTime<Utc>,
) -> Result<Option<Invitation>, Error> {
    sqlx::query_as!(
        Row,
        r#"select invitation.id, invitation.title, roles, person.name as by, invited_at, expires_at
           from invitation join person on person.id = invited_by
           where key = $1 and revoked_at is null and used_at is null and expires_at > $2 and disabled_at is null
             and exists (select 1 from person_role where person_role.person_id = invited_by and role = 'admin')
           for update of invitation"#,
        &key.0[..],
        now
    )
    .fetch_optional(connection)
    .await?
    .map(Invitation::try_from)
    .transpose()
}

/// Marks it as used by a person who has just been made.
///
/// # Errors
/// The database's.
pub async fn set_used(
    connection: &mut PgConnection,
    id: i64,
    by: PersonId,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query!(
        "update invitation set used_at = $2, used_by = $3 where id = $1",
        id,
        now,
        by.0
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Takes a link back that still works; answers whom it was for.
///
/// # Errors
/// The database's.
pub async fn revoke(
    connection: &mut PgConnection,
    id: i64,
    now: DateTime<Utc>,
) -> Result<Option<String>, Error> {
    Ok(sqlx::query_scalar!(
        "update invitation set revoked_at = $2
         where id = $1 and revoked_at is null and used_at is null and expires_at > $2 returning title",
        id,
        now
    )
    .fetch_optional(connection)
    .await?)
}

/// Takes every link back that was not used; answers whom they were for.
///
/// # Errors
/// The database's.
pub(crate) async fn revoke_all(
    connection: &mut PgConnection,
    now: DateTime<Utc>,
) -> Result<Vec<String>, Error> {
    Ok(sqlx::query_scalar!(
        "update invitation set revoked_at = $1 where revoked_at is null and used_at is null returning title",
        now
    )
    .fetch_all(connection)
    .await?)
}

struct Row {
    id: i64,
    title: String,
    roles: Vec<String>,
    by: String,
    invited_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

impl TryFrom<Row> for Invitation {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let roles = row.roles.iter().map(|role| role.parse());
        let roles = roles.collect::<Result<Vec<Role>, _>>();
        Ok(Invitation {
            id: row.id,
            title: row.title,
            roles: roles.map_err(|error| Error::inconsistent("invitation", error))?,
            by: row.by,
            invited_at: row.invited_at,
            expires_at: row.expires_at,
        })
    }
}
