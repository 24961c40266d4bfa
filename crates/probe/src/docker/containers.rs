//! The containers of a Compose project, found by their labels, and how each stands.

use super::engine::{Engine, words};
use crate::answer::Judgement;
use crate::capture::Captured;
use crate::output::excerpt;
use crate::redact::Secrets;
use crate::round::Round;
use crate::site::Site;
use bollard::models::{
    ContainerInspectResponse, ContainerState, ContainerStateStatusEnum as Status, HealthStatusEnum as Health,
};
use bollard::query_parameters::{InspectContainerOptions, ListContainersOptions};
use chrono::{DateTime, TimeDelta, Utc};
use domain::probe::{DockerProbe, DockerQuestion};
use domain::verdict::{Capture, Verdict};
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

/// How many containers of a project are looked at.
const MOST: usize = 256;

/// How many are looked at in one go.
const AT_ONCE: usize = 8;

/// A container that was restarted by the engine counts as restarting until it has run for so long.
const STEADY: TimeDelta = TimeDelta::seconds(60);

const PROJECT: &str = "com.docker.compose.project";
const SERVICE: &str = "com.docker.compose.service";
const ONE_OFF: &str = "com.docker.compose.oneoff";
const DEPENDS_ON: &str = "com.docker.compose.depends_on";
const FOLDER: &str = "com.docker.compose.project.working_dir";

type Labels = HashMap<String, String>;

/// A container of a service.
pub(crate) struct Container {
    pub service: String,
    /// The service, and the container's own name where the service has several.
    pub name: String,
    pub seen: Arc<ContainerInspectResponse>,
}

/// What was found.
pub(crate) struct Found {
    pub containers: Vec<Container>,
    /// Services that were asked for, or that others need, and that have no container.
    pub missing: Vec<String>,
    /// Whose containers these are, in words.
    pub project: String,
    /// What was observed: the list that they were found in, each of them, and the logs that were read.
    pub captures: Vec<Capture>,
}

/// The containers that the engine lists for a label: their ids and labels.
pub(crate) type Listed = Vec<(String, Labels)>;

pub(crate) async fn find(
    engine: &Engine,
    spec: &DockerProbe,
    site: &Site,
    round: &Round<'_>,
) -> Result<Found, String> {
    let named = spec
        .project
        .as_ref()
        .or_else(|| site.environment.variables.get("COMPOSE_PROJECT_NAME"))
        .filter(|name| !name.is_empty());
    let label = named.map_or_else(|| PROJECT.to_owned(), |name| format!("{PROJECT}={name}"));
    let question = format!("containers with the label {label} of {}", engine.shown);
    let Captured {
        seen: listed,
        capture,
        ..
    } = round
        .once(&round.listed, question, site, list(engine, label))
        .await;
    let of_project: Listed = listed
        .as_ref()
        .clone()?
        .into_iter()
        .filter(|(_, labels)| match named {
            Some(name) => labels.get(PROJECT) == Some(name),
            None => is_of(labels, site.work_directory()),
        })
        .filter(|(_, labels)| {
            let one_off = labels.get(ONE_OFF);
            one_off.is_none_or(|value| !value.eq_ignore_ascii_case("true"))
        })
        .collect();
    let mut needed: BTreeSet<String> = spec.services.iter().cloned().collect();
    if needed.is_empty() && matches!(spec.question, DockerQuestion::Running | DockerQuestion::Healthy) {
        needed.extend(of_project.iter().flat_map(|(_, labels)| depends_on(labels)));
    }
    let mut wanted: Vec<(String, String)> = of_project
        .into_iter()
        .filter_map(|(id, mut labels)| Some((labels.remove(SERVICE)?, id)))
        .filter(|(service, _)| spec.services.is_empty() || spec.services.contains(service))
        .collect();
    if wanted.len() > MOST {
        let count = wanted.len();
        return Err(format!(
            "there are {count} containers, at most {MOST} are looked at"
        ));
    }
    wanted.sort();
    needed.retain(|service| !wanted.iter().any(|(other, _)| other == service));
    let (containers, mut captures) = inspected(engine, wanted, site, round).await?;
    captures.insert(0, capture);
    Ok(Found {
        containers,
        missing: needed.into_iter().collect(),
        project: match named {
            Some(name) => format!("the Compose project {name}"),
            None => format!("the Compose project of {}", site.environment.work_directory),
        },
        captures,
    })
}

async fn list(engine: &Engine, label: String) -> Result<Listed, String> {
    let options = ListContainersOptions {
        all: true,
        filters: Some(HashMap::from([("label".to_owned(), vec![label])])),
        ..ListContainersOptions::default()
    };
    let listed = engine.api.list_containers(Some(options)).await;
    let listed = listed.map_err(|why| words(&why))?.into_iter();
    Ok(listed
        .filter_map(|summary| Some((summary.id?, summary.labels?)))
        .collect())
}

/// The services that one needs, as Compose 2 notes them: `postgres:service_started:false,redis:service_healthy:true`. One
/// that was removed altogether shows nowhere else.
fn depends_on(labels: &Labels) -> impl Iterator<Item = String> {
    let noted = labels.get(DEPENDS_ON).map(String::as_str).unwrap_or_default();
    let services = noted.split(',').filter_map(|one| one.split(':').next());
    services.filter(|service| !service.is_empty()).map(str::to_owned)
}

async fn inspected(
    engine: &Engine,
    wanted: Vec<(String, String)>,
    site: &Site,
    round: &Round<'_>,
) -> Result<(Vec<Container>, Vec<Capture>), String> {
    let services: Vec<String> = wanted.iter().map(|(service, _)| service.clone()).collect();
    let several = |service: &str| services.iter().filter(|other| *other == service).count() > 1;
    let looking = wanted.into_iter().map(|(service, id)| async move {
        let looking = async {
            let seen = engine
                .api
                .inspect_container(&id, None::<InspectContainerOptions>)
                .await;
            seen.map(Arc::new).map_err(|why| words(&why))
        };
        let question = format!("container {id} of {}", engine.shown);
        let captured = round.once(&round.inspected, question, site, looking).await;
        let seen = captured.seen.as_ref().clone()?;
        Ok::<_, String>((service, seen, captured.capture))
    });
    let looked: Vec<(String, Arc<ContainerInspectResponse>, Capture)> =
        stream::iter(looking).buffered(AT_ONCE).try_collect().await?;
    let containers = looked.into_iter().map(|(service, seen, capture)| {
        let own = seen.name.as_deref().unwrap_or_default().trim_start_matches('/');
        let name = match several(&service) {
            true => format!("{service} ({own})"),
            false => service.clone(),
        };
        (Container { service, name, seen }, capture)
    });
    Ok(containers.unzip())
}

/// Whether a container belongs to the project that Compose makes of this folder.
fn is_of(labels: &Labels, folder: &Path) -> bool {
    match labels.get(FOLDER) {
        Some(written) => Path::new(written) == folder,
        None => labels
            .get(PROJECT)
            .is_some_and(|name| *name == project_of(folder)),
    }
}

/// The project's name where nothing names it: the folder's, in lower case, without other characters (Compose
/// documentation, "Specify a project name").
fn project_of(folder: &Path) -> String {
    let name = folder
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .to_lowercase();
    let kept = name
        .chars()
        .filter(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || ['_', '-'].contains(c));
    kept.skip_while(|c| ['_', '-'].contains(c)).collect()
}

impl Container {
    pub fn state(&self) -> ContainerState {
        self.seen.state.clone().unwrap_or_default()
    }

    /// Whether something runs in it.
    pub fn runs(&self) -> bool {
        self.state().status == Some(Status::RUNNING)
    }

    /// How often the engine started it again by itself since it was last started on purpose.
    pub fn restarts(&self) -> i64 {
        self.seen.restart_count.unwrap_or_default()
    }

    pub fn started_at(&self) -> Option<DateTime<Utc>> {
        time(self.state().started_at.as_deref())
    }

    /// From when on a line of the log is of the present run. The engine notes the start a little after the first
    /// lines may be written, so that it counts from the end of the run before.
    pub fn run_began(&self) -> Option<DateTime<Utc>> {
        let ended = time(self.state().finished_at.as_deref());
        match (ended, self.started_at()) {
            (Some(ended), Some(started)) if ended < started => Some(ended),
            (Some(_), Some(started)) => started.checked_sub_signed(TimeDelta::seconds(1)),
            (None, _) => self.created_at(),
            (Some(_), None) => None,
        }
    }

    pub fn created_at(&self) -> Option<DateTime<Utc>> {
        time(self.seen.created.as_deref())
    }
}

/// The engine writes the year 1 for what has not happened.
fn time(written: Option<&str>) -> Option<DateTime<Utc>> {
    let time = DateTime::parse_from_rfc3339(written?).ok()?.to_utc();
    (time.timestamp() > 0).then_some(time)
}

/// Whether a container runs, and how it does.
pub(crate) fn judge(
    container: &Container,
    healthy: bool,
    now: DateTime<Utc>,
    secrets: &Secrets,
) -> Judgement {
    let (name, state) = (&container.name, container.state());
    let ended = || {
        let killed = match state.oom_killed {
            Some(true) => ", killed because it ran out of memory",
            Some(false) | None => "",
        };
        let said = state.error.as_deref().unwrap_or_default();
        let said = if said.is_empty() {
            String::new()
        } else {
            format!(": {}", excerpt(said, secrets))
        };
        format!("exit code {}{killed}{said}", state.exit_code.unwrap_or_default())
    };
    let fail = |how: String| Judgement::fail(format!("{name} {how}"), format!("{name} {how}"));
    let times = match container.restarts() {
        1 => "once".to_owned(),
        count => format!("{count} times"),
    };
    match state.status.unwrap_or(Status::EMPTY) {
        Status::RUNNING => {}
        Status::RESTARTING => {
            return fail(format!(
                "is restarting again and again: it ended with {}; restarted {times}",
                ended()
            ));
        }
        Status::EXITED => return fail(format!("has exited with {}", ended())),
        Status::PAUSED => return fail("is paused".to_owned()),
        Status::CREATED => return fail(format!("was created and never ran: {}", ended())),
        Status::DEAD | Status::REMOVING | Status::STOPPING => {
            return fail("is being removed or stopped".to_owned());
        }
        Status::EMPTY => {
            return Judgement::error(format!("{name} is in a state that the engine does not name"));
        }
    }
    let young = container.started_at().is_some_and(|start| now - start < STEADY);
    if container.restarts() > 0 && young {
        let why =
            format!("{name} runs, but the engine restarted it {times}, the last time less than a minute ago");
        return Judgement::new(Verdict::Warning, why.clone(), why);
    }
    judge_health(name, &state, healthy, secrets)
}

fn judge_health(name: &str, state: &ContainerState, healthy: bool, secrets: &Secrets) -> Judgement {
    let health = state.health.as_ref();
    match health.and_then(|health| health.status).unwrap_or(Health::NONE) {
        Health::HEALTHY => Judgement::pass(format!("{name} runs, healthy")),
        Health::STARTING => Judgement::new(
            Verdict::NoData,
            format!("{name} runs, but its health check has not answered yet: ask again"),
            format!("{name} runs, health starting"),
        ),
        Health::UNHEALTHY => {
            let last = health.and_then(|health| health.log.as_ref()?.last()?.output.as_deref());
            let said = last.map(str::trim).filter(|said| !said.is_empty());
            let said = said.map_or_else(String::new, |said| format!(": {}", excerpt(said, secrets)));
            let streak = health
                .and_then(|health| health.failing_streak)
                .unwrap_or_default();
            Judgement::fail(
                format!("{name} is up but unhealthy, {streak} failed checks in a row{said}"),
                format!("{name} unhealthy"),
            )
        }
        Health::NONE | Health::EMPTY if healthy => Judgement::fail(
            format!("{name} runs, but has no health check that could say it is healthy"),
            format!("{name} runs, no health check"),
        ),
        Health::NONE | Health::EMPTY => Judgement::pass(format!("{name} runs")),
    }
}
