//! Environments as a page shows them: no value of a secret, no address of a webhook.

use crate::{
    api::{
        Error,
        environment::{EnvironmentFacts, EnvironmentLine, UndeliveredLine, WebhookFacts},
    },
    server::{sites::Entry, state::AppState},
};
use domain::{
    Role,
    environment::{Endpoint, Webhook},
    person::Person,
};
use store::{delivery::Undelivered, environment_lock};

/// Every environment, with what its webhooks were not told for whoever looks after that.
///
/// # Errors
/// The database's.
pub async fn list(state: &AppState, person: &Person) -> Result<Vec<EnvironmentLine>, Error> {
    let mut connection = state.pool.acquire().await?;
    let locks = environment_lock::all(&mut connection).await?;
    let looks_after = |role: &Role| matches!(role, Role::Admin | Role::Devops);
    let missed = match person.roles.iter().any(looks_after) {
        true => store::delivery::undelivered(&mut connection).await?,
        false => Vec::new(),
    };
    drop(connection);
    let lines = state.sites.all().iter().map(|entry| match entry {
        Entry::Broken { message } => EnvironmentLine::Broken(message.clone()),
        Entry::Usable(place) => {
            let declared = place.declared.clone();
            let lock = locks.iter().find(|lock| lock.environment == declared.name);
            EnvironmentLine::Usable(Box::new(EnvironmentFacts {
                name: declared.name,
                title: declared.title,
                class: declared.class,
                work_directory: declared.work_directory,
                endpoints: declared.endpoints.into_iter().map(without_password).collect(),
                paths: declared.paths,
                parameters: declared.parameters.into_iter().collect(),
                secrets: declared.secrets.into_keys().collect(),
                served_by: place.declared.served_by.clone(),
                webhooks: declared.webhooks.into_iter().map(webhook).collect(),
                undelivered: missed
                    .iter()
                    .filter(|one| one.environment == place.declared.name)
                    .cloned()
                    .map(undelivered)
                    .collect(),
                shell: declared.shell.join(" "),
                held_by: lock.map(|lock| (lock.run.0, lock.owner.clone())),
            }))
        }
    });
    Ok(lines.collect())
}

fn webhook(declared: Webhook) -> WebhookFacts {
    WebhookFacts {
        name: declared.name,
        form: declared.form,
        events: declared.events,
    }
}

fn undelivered(found: Undelivered) -> UndeliveredLine {
    UndeliveredLine {
        run: found.run.0,
        webhook: found.webhook,
        kind: found.kind,
        tries: found.tries,
        why: found.why,
        at: found.at,
        given_up: found.given_up,
    }
}

/// An endpoint that is safe to show, whatever somebody wrote into its address.
fn without_password(mut endpoint: Endpoint) -> Endpoint {
    let authority = endpoint
        .url
        .split_once("://")
        .map(|(_, rest)| rest.split(['/', '?']).next().unwrap_or_default());
    if let Some((user, _)) = authority
        .and_then(|authority| authority.rsplit_once('@'))
        .filter(|(user, _)| user.contains(':'))
    {
        let name = user.split(':').next().unwrap_or_default();
        endpoint.url = endpoint.url.replacen(user, &format!("{name}:…"), 1);
    }
    endpoint
}
