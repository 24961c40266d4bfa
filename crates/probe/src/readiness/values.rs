//! Values, programs and endpoints, as the environment's file gives them.

use super::{Look, met, missing};
use crate::blocking::blocking;
use crate::http;
use crate::parameter::unfit;
use crate::run::program;
use domain::readiness::NeedState;

impl Look<'_> {
    pub(super) fn value(&self, name: &str) -> NeedState {
        let file = format!("environments/{}.toml", self.site.environment.name);
        let given = name == "GONOGO_RELEASE" && !self.site.release.is_empty();
        if !given && !self.site.has_variable(name) {
            let todo = format!("add `{name} = \"…\"` below [parameters] in {file}");
            return missing(format!("{name} has no value"), todo);
        }
        match unfit(&format!("${name}"), self.site) {
            Some(why) => missing(why, format!("correct it in {file}")),
            None => met("it has one"),
        }
    }

    /// Found in the PATH that commands get, and may be started.
    pub(super) async fn program(&self, name: &str) -> Result<NeedState, String> {
        let variables = program(self.site, self.round.context).variables;
        let folders = variables.get("PATH").cloned().unwrap_or_default();
        let work = self.site.work_directory().to_owned();
        let wanted = name.to_owned();
        let looking = blocking(self.site, move || {
            let mut places = folders.split(':').map(|folder| work.join(folder).join(&wanted));
            Ok(places.find(|place| {
                place.is_file() && rustix::fs::access(place, rustix::fs::Access::EXEC_OK).is_ok()
            }))
        });
        let file = &self.site.environment.name;
        Ok(match looking.await? {
            Some(place) => met(place.display().to_string()),
            None => missing(
                format!("{name} is not installed here"),
                format!(
                    "install it, or name its folder as PATH below [variables] in environments/{file}.toml"
                ),
            ),
        })
    }

    /// Nothing is dialled.
    pub(super) fn endpoint(&self, url: &str) -> NeedState {
        match http::resolve(url, self.site) {
            Ok((_, endpoint)) => met(format!("endpoint {}", endpoint.name)),
            Err(why) => missing(
                why,
                format!("correct environments/{}.toml", self.site.environment.name),
            ),
        }
    }
}
