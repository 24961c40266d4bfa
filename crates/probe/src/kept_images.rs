//! Images that ran before a deployment, kept under a name that no build and no clean-up takes away.
//!
//! A build gives its name to what it made, and what ran before has none any more: the next `docker image prune` removes it, and
//! the only way back is to build it again, where everything that it is built from must still be there.

use crate::docker::containers::find;
use crate::docker::engine::{self, Engine, words};
use crate::prober::Prober;
use crate::round::Round;
use crate::site::Site;
use bollard::query_parameters::TagImageOptionsBuilder;
use domain::fingerprint::{Fingerprint, Part};
use domain::probe::{DockerProbe, DockerQuestion};
use std::collections::BTreeSet;

/// What the names begin with: `gonogo-kept/ENVIRONMENT:SERVICE`.
pub const KEPT: &str = "gonogo-kept";

impl Prober {
    /// Names each image of `before`, where the environment's file allows it. There is one name for each service, so that what
    /// was kept for an earlier run goes. Answers with the services.
    ///
    /// # Errors
    /// In words, where one could not be named.
    pub async fn keep_images(&self, site: &Site, before: &Fingerprint) -> Result<Vec<String>, String> {
        if !site.environment.keep_images {
            return Ok(Vec::new());
        }
        let round = self.round();
        within(site, async {
            let engine = engine::of(site, &round.engines)?;
            let mut kept = Vec::new();
            for (service, image) in images(before) {
                let repository = format!("{KEPT}/{}", site.environment.name);
                name(&engine, image, &repository, &tag(service)).await?;
                kept.push(service.to_owned());
            }
            Ok(kept)
        })
        .await
    }

    /// Gives the names that the containers of `services` (none: of all) were made from back to the images of `before`, where the
    /// environment's file allows it. Twice does what once does.
    ///
    /// # Errors
    /// In words, where one of them cannot be had: it has to be built.
    pub async fn put_images_back(
        &self,
        site: &Site,
        before: &Fingerprint,
        services: &[String],
    ) -> Result<Vec<String>, String> {
        if !site.environment.keep_images {
            return Err("the environment's file does not say `keep_images = true`".to_owned());
        }
        let round = self.round();
        within(site, put_back(&round, site, before, services)).await
    }
}

async fn put_back(
    round: &Round<'_>,
    site: &Site,
    before: &Fingerprint,
    services: &[String],
) -> Result<Vec<String>, String> {
    let engine = engine::of(site, &round.engines)?;
    let wanted: Vec<(&str, &str)> = images(before)
        .filter(|(service, _)| services.is_empty() || services.iter().any(|name| name == service))
        .collect();
    if let Some(unknown) = services
        .iter()
        .find(|name| !wanted.iter().any(|(service, _)| service == name))
    {
        return Err(format!("no image of {unknown} was read before the deployment"));
    }
    let every = DockerProbe {
        project: None,
        services: services.to_vec(),
        question: DockerQuestion::NewestImage,
    };
    let found = find(&engine, &every, site, round).await?;
    for (service, image) in &wanted {
        let containers = found.containers.iter().filter(|one| one.service == *service);
        let names: BTreeSet<&str> = containers
            .filter_map(|one| one.seen.config.as_ref()?.image.as_deref())
            .collect();
        let [named] = names.into_iter().collect::<Vec<_>>()[..] else {
            return Err(format!(
                "no container of {service} says by which name its image is known"
            ));
        };
        if named.starts_with("sha256:") || named.contains('@') {
            return Err(format!(
                "the container of {service} was made from {named}, which is no name"
            ));
        }
        let (repository, tag) = split(named);
        name(&engine, image, repository, tag).await?;
    }
    Ok(wanted
        .into_iter()
        .map(|(service, _)| service.to_owned())
        .collect())
}

/// The services that ran of one image each.
fn images(before: &Fingerprint) -> impl Iterator<Item = (&str, &str)> {
    before.images().filter_map(|(service, part)| match part {
        Part::Is { value } if !value.contains(", ") => Some((service, value.as_str())),
        Part::Is { .. } | Part::Absent | Part::Unread { .. } => None,
    })
}

async fn name(engine: &Engine, image: &str, repository: &str, tag: &str) -> Result<(), String> {
    let options = TagImageOptionsBuilder::new().repo(repository).tag(tag).build();
    let named = engine.api.tag_image(image, Some(options)).await;
    named.map_err(|why| format!("{image} cannot be named {repository}:{tag}: {}", words(&why)))
}

/// A name as its repository and its tag.
fn split(name: &str) -> (&str, &str) {
    match name.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => (repository, tag),
        Some(_) | None => (name, "latest"),
    }
}

/// A service as a tag: at most 128 of A-Z, a-z, 0-9, `_`, `.` and `-`.
fn tag(service: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.' | '-');
    let tag = service
        .chars()
        .map(|letter| if plain(letter) { letter } else { '_' });
    let tag: String = tag.take(128).collect();
    match tag.strip_prefix(['.', '-']) {
        Some(rest) => format!("_{rest}"),
        None => tag,
    }
}

async fn within<T>(site: &Site, work: impl Future<Output = Result<T, String>>) -> Result<T, String> {
    let done = tokio::time::timeout(site.deadline, work).await;
    done.unwrap_or_else(|_| Err("the engine did not answer in time".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_repository_and_a_tag_and_a_port_is_no_tag() {
        for (name, expected) in [
            ("shop_backend", ("shop_backend", "latest")),
            ("shop-backend:1.2", ("shop-backend", "1.2")),
            ("registry:5000/shop", ("registry:5000/shop", "latest")),
            ("registry:5000/shop:v3", ("registry:5000/shop", "v3")),
        ] {
            assert_eq!(split(name), expected);
        }
        assert_eq!((tag("a b/c"), tag("-x")), ("a_b_c".to_owned(), "_x".to_owned()));
    }
}
