//! Values, programs and endpoints, as the environment's file gives them.

use super::{Look, met, missing};
use crate::blocking::blocking;
use crate::http;
use crate::parameter::unfit;
use crate::run::{self, End, program, shell};
use domain::readiness::NeedState;
use tokio_util::sync::CancellationToken;

/// Shells that run where Gonogo runs, and see its files.
const SHELLS: [&str; 6] = ["sh", "bash", "dash", "ash", "zsh", "ksh"];

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
        let found = if self.shell_is_elsewhere() {
            self.found_by_the_shell(name).await?
        } else {
            self.found_here(name).await?
        };
        let file = &self.site.environment.name;
        Ok(match found {
            Some(place) => met(place),
            None => missing(
                format!("{name} is not installed here"),
                format!(
                    "install it, or name its folder as PATH below [variables] in environments/{file}.toml"
                ),
            ),
        })
    }

    /// Whether commands are given to something that takes them elsewhere: `chroot`, `ssh`, `docker exec`.
    fn shell_is_elsewhere(&self) -> bool {
        let first = self.site.environment.shell.first().map_or("", String::as_str);
        let name = first.rsplit('/').next().unwrap_or(first);
        !SHELLS.contains(&name)
    }

    /// What `command -v` of the environment's own shell says.
    async fn found_by_the_shell(&self, name: &str) -> Result<Option<String>, String> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'+');
        if name.starts_with('-') || !name.bytes().all(plain) {
            return Err(format!(
                "{name} is no name of a program that a shell can be asked for"
            ));
        }
        let mut asked = shell(&format!("command -v {name}"), self.site, self.round.context);
        asked.deadline = self.site.deadline;
        let ran = run::run(&asked, &self.site.secrets, &CancellationToken::new(), None).await;
        match ran.end {
            End::Exited(0) => Ok(Some(String::from_utf8_lossy(&ran.stdout).trim().to_owned())),
            End::Exited(1 | 127) => Ok(None),
            _ => Err(format!(
                "the environment's shell does not say whether {name} is there"
            )),
        }
    }

    async fn found_here(&self, name: &str) -> Result<Option<String>, String> {
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
        Ok(looking.await?.map(|place| place.display().to_string()))
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
