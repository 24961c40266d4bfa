//! Notices: stored as tasks in the transaction of what they tell, so that neither is there without the other.

use crate::{
    Error,
    task::{self, NewTask, Task, key},
};
use chrono::{DateTime, Utc};
use domain::{notice::Notice, person::Author, run::Run, task::Work};
use sqlx::PgConnection;

/// Stores that this is told about the run, which stands as given. What was told on the same occasion is not told again.
///
/// # Errors
/// The database's.
pub async fn queue(
    connection: &mut PgConnection,
    run: &Run,
    notice: Notice,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let occasion = format!("{} {} {}", run.id.0, notice.kind().word(), notice.occasion(run));
    let new = NewTask {
        run: run.id,
        environment: run.start.environment.clone(),
        request_key: key("notice", &occasion),
        work: Work::Notify { notice, at: now },
        by: Author::Gonogo,
        due_at: now,
        panel: None,
    };
    task::begin(connection, &new, now).await?;
    Ok(())
}

/// Stores one delivery for each of these webhooks, in the transaction that asked whether the task that tells the notice is ours. Each
/// has a number that follows from the notice and the name.
///
/// # Errors
/// The database's.
pub async fn hand_out(
    connection: &mut PgConnection,
    environment: &str,
    task: &Task,
    webhooks: &[String],
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let Work::Notify { notice, at } = &task.work else {
        return Err(Error::inconsistent("task", "it tells nothing"));
    };
    for webhook in webhooks {
        let new = NewTask {
            run: task.run,
            environment: environment.to_owned(),
            request_key: key("delivery", &format!("{} {webhook}", task.request_key)),
            work: Work::Deliver {
                webhook: webhook.clone(),
                notice: notice.clone(),
                at: *at,
            },
            by: Author::Gonogo,
            due_at: now,
            panel: None,
        };
        if let Some(delivery) = task::begin(&mut *connection, &new, now).await? {
            sqlx::query!(
                "insert into delivery (task_id, state, at) values ($1, 'waiting', $2)",
                delivery.id.0,
                now
            )
            .execute(&mut *connection)
            .await?;
        }
    }
    Ok(())
}
