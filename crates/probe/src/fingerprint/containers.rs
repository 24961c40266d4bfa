//! What runs, of which image, with which variables.

use super::{NO_SEAL, Parts};
use crate::docker::containers::{Container, find};
use crate::docker::engine;
use crate::round::Round;
use crate::seal::Seal;
use crate::site::Site;
use bollard::models::{ContainerStateStatusEnum as Status, HealthStatusEnum as Health};
use domain::fingerprint::{Part, image_of, service, variables_of};
use domain::probe::{DockerProbe, DockerQuestion};
use std::collections::{BTreeMap, BTreeSet};

/// Three parts for each service that runs; nothing where the environment names no engine.
pub(super) async fn parts(round: &Round<'_>, site: &Site) -> Result<Parts, String> {
    if site.environment.endpoint("docker").is_err() {
        return Ok(Vec::new());
    }
    let engine = engine::of(site, &round.engines)?;
    let every = DockerProbe {
        project: None,
        services: Vec::new(),
        question: DockerQuestion::NewestImage,
    };
    let found = find(&engine, &every, site, round).await;
    let found = found.map_err(|why| format!("{}: {why}", engine.shown))?;
    let mut services: BTreeMap<&str, Vec<(&Container, &str)>> = BTreeMap::new();
    for container in &found.containers {
        if let Some(state) = state(container) {
            let of = services.entry(&container.service).or_default();
            of.push((container, state));
        }
    }
    let parts = services.into_iter().flat_map(|(name, up)| {
        let states = up.iter().map(|(_, state)| *state).collect::<Vec<_>>();
        let state = match states.as_slice() {
            [one] => (*one).to_owned(),
            several => format!("{} containers: {}", several.len(), several.join(", ")),
        };
        let image = each(&up, |container| {
            let image = container.seen.image.clone();
            image.ok_or_else(|| "the engine does not say of which image it is".to_owned())
        });
        let variables = each(&up, |container| variables(container, site.seal.as_ref()));
        [
            (service(name), Part::Is { value: state }),
            (image_of(name), image),
            (variables_of(name), variables),
        ]
    });
    Ok(parts.collect())
}

/// How a container that is up is; `None` for one that is not.
fn state(container: &Container) -> Option<&'static str> {
    let state = container.state();
    let health = state.health.and_then(|health| health.status);
    match state.status.unwrap_or(Status::EMPTY) {
        // A health check that has not answered yet says nothing against it.
        Status::RUNNING if health == Some(Health::UNHEALTHY) => Some("runs, unhealthy"),
        Status::RUNNING => Some("runs"),
        Status::RESTARTING => Some("is restarting again and again"),
        Status::PAUSED => Some("is paused"),
        Status::EMPTY => Some("is in a state that the engine does not name"),
        Status::EXITED | Status::CREATED | Status::DEAD | Status::REMOVING | Status::STOPPING => None,
    }
}

/// One value for all containers of a service: each that there is, once.
fn each(up: &[(&Container, &str)], value: impl Fn(&Container) -> Result<String, String>) -> Part {
    let values: Result<BTreeSet<String>, String> = up.iter().map(|(container, _)| value(container)).collect();
    match values {
        Ok(values) => Part::Is {
            value: values.into_iter().collect::<Vec<_>>().join(", "),
        },
        Err(why) => Part::Unread { why },
    }
}

fn variables(container: &Container, seal: Option<&Seal>) -> Result<String, String> {
    let config = container.seen.config.as_ref();
    let config = config.ok_or("the engine does not say what it was made with")?;
    let mut lines: Vec<&str> = config.env.iter().flatten().map(String::as_str).collect();
    lines.sort_unstable();
    let digest = seal
        .ok_or(NO_SEAL)?
        .digest("variables", lines.join("\0").as_bytes());
    Ok(format!("{} variables, {digest}", lines.len()))
}
