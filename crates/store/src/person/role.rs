//! Who holds which role, everywhere or in one environment, and which roles somebody has to hold.

use crate::{Error, person::PersonId};
use chrono::{DateTime, Utc};
use domain::Role;
use sqlx::PgConnection;

/// Gives a role, everywhere or in one environment. Giving one that the person holds changes nothing.
///
/// # Errors
/// The database's; it refuses a role that nobody can hold in one environment only.
pub async fn give(
    connection: &mut PgConnection,
    id: PersonId,
    environment: Option<&str>,
    role: Role,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    match environment {
        None => {
            sqlx::query!(
                "insert into person_role (person_id, role, granted_at) values ($1, $2, $3) on conflict do nothing",
                id.0,
                role.key(),
                now
            )
            .execute(connection)
            .await?
        }
        Some(environment) => {
            sqlx::query!(
                "insert into role_in_environment (person_id, environment, role, granted_at)
                 values ($1, $2, $3, $4) on conflict do nothing",
                id.0,
                environment,
                role.key(),
                now
            )
            .execute(connection)
            .await?
        }
    };
    Ok(())
}

/// Takes a role away, everywhere or in one environment.
///
/// # Errors
/// The database's.
pub async fn take(
    connection: &mut PgConnection,
    id: PersonId,
    environment: Option<&str>,
    role: Role,
) -> Result<(), Error> {
    match environment {
        None => {
            sqlx::query!(
                "delete from person_role where person_id = $1 and role = $2",
                id.0,
                role.key()
            )
            .execute(connection)
            .await?
        }
        Some(environment) => {
            sqlx::query!(
                "delete from role_in_environment where person_id = $1 and environment = $2 and role = $3",
                id.0,
                environment,
                role.key()
            )
            .execute(connection)
            .await?
        }
    };
    Ok(())
}

/// Lets one change of roles or accounts through at a time until the transaction ends, so that two people cannot each remove
/// the other as the last.
///
/// # Errors
/// The database's.
pub async fn lock(connection: &mut PgConnection) -> Result<(), Error> {
    sqlx::query!("lock table person_role in share row exclusive mode")
        .execute(connection)
        .await?;
    Ok(())
}

/// How many people hold `role` everywhere or in `environment` and may sign in. To be asked under [`lock`].
///
/// # Errors
/// The database's.
pub async fn holders(
    connection: &mut PgConnection,
    role: Role,
    environment: Option<&str>,
) -> Result<i64, Error> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "count!" from person
           where disabled_at is null and not service and (
             exists (select from person_role where person_id = person.id and role = $1)
             or exists (
               select from role_in_environment where person_id = person.id and role = $1 and environment = $2
             )
           )"#,
        role.key(),
        environment,
    )
    .fetch_one(connection)
    .await?)
}

/// The environments of open runs with the roles that fill the slots of their sign-off tables, each pair once, and how many
/// people the run with the most slots of that role needs: one person fills one slot.
///
/// # Errors
/// The database's.
pub async fn awaited(connection: &mut PgConnection) -> Result<Vec<(String, Role, i64)>, Error> {
    let rows = sqlx::query!(
        r#"select run.environment, slot ->> 'role' as "role!",
                  max(coalesce((slot ->> 'nth')::bigint, 0)) + 1 as "needed!"
           from run join revision on revision.id = run.revision_id
           cross join lateral jsonb_array_elements(revision.plan -> 'slots') as slot
           where run.closed_at is null
           group by 1, 2
           order by 1, 2"#
    )
    .fetch_all(connection)
    .await?;
    // A slot that no role fills has no holder to lose.
    let known = rows
        .into_iter()
        .filter_map(|row| Some((row.environment, row.role.parse().ok()?, row.needed)));
    Ok(known.collect())
}
