//! The images that ran before the deployment.

use super::{Look, met, missing};
use crate::docker::engine::{self, Engine, words};
use bollard::errors::Error;
use domain::fingerprint::{CONTAINERS, Part};
use domain::readiness::NeedState;
use futures::stream::{self, StreamExt as _, TryStreamExt as _};

/// How many are asked for in one go.
const AT_ONCE: usize = 8;

impl Look<'_> {
    pub(super) async fn images(&self) -> Result<NeedState, String> {
        let engine = engine::of(self.site, &self.round.engines)?;
        if let Part::Unread { why } = self.before.part(CONTAINERS) {
            return Err(why);
        }
        let mut wanted = Vec::new();
        for (service, part) in self.before.images() {
            match part {
                Part::Is { value } => wanted.extend(
                    value
                        .split(", ")
                        .map(|image| (service.to_owned(), image.to_owned())),
                ),
                Part::Unread { why } => return Err(format!("the image of {service}: {why}")),
                Part::Absent => {}
            }
        }
        let services = wanted
            .iter()
            .map(|(service, _)| service.as_str())
            .collect::<Vec<_>>()
            .join(", ");
        let asking = wanted.into_iter().map(|(service, image)| {
            let engine = &engine;
            async move { Ok::<_, String>((!is_there(engine, &image).await?).then_some((service, image))) }
        });
        let asked: Vec<Option<(String, String)>> =
            stream::iter(asking).buffered(AT_ONCE).try_collect().await?;
        let gone: Vec<String> = asked
            .into_iter()
            .flatten()
            .map(|(service, image)| format!("{image} of {service}"))
            .collect();
        Ok(match (gone.is_empty(), services.is_empty()) {
            (true, true) => met("nothing ran"),
            (true, false) => met(format!("those of {services} are there")),
            (false, _) => missing(
                format!("the engine has no image {} any more", gone.join(", ")),
                "pull it again, or load it from where it was kept: else it has to be built",
            ),
        })
    }
}

async fn is_there(engine: &Engine, image: &str) -> Result<bool, String> {
    match engine.api.inspect_image(image).await {
        Ok(_) => Ok(true),
        Err(Error::DockerResponseServerError { status_code: 404, .. }) => Ok(false),
        Err(why) => Err(format!("{}: {}", engine.shown, words(&why))),
    }
}
