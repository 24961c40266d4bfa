//! Values and endpoints, as the environment's file gives them.

use super::{Look, met, missing};
use crate::http;
use crate::parameter::unfit;
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
