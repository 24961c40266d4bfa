//! Questions to a Docker Engine about the containers of the environment's Compose project. No process is started in
//! them: variables are read from what they were made with.

use crate::answer::{Answer, Asked, Judgement};
use crate::round::Round;
use crate::site::Site;
use crate::text;
use crate::tool;
use containers::{Container, Found};
use domain::probe::{DockerProbe, DockerQuestion, Filter, LogsQuestion, TextRule};
use domain::quantity::Version;
use domain::verdict::{Capture, Verdict};
use engine::Engine;
use logs::Since;

pub(crate) mod containers;
pub(crate) mod engine;
pub(crate) mod line;
pub(crate) mod logs;
mod memory;
mod variables;

pub(crate) async fn probe(spec: &DockerProbe, site: &Site, round: &Round<'_>) -> Answer {
    let whose = match spec.services.as_slice() {
        [] => "every service".to_owned(),
        services => services.join(", "),
    };
    let mut asked = Asked {
        read_as: read_as(&spec.question).to_owned(),
        target: whose.clone(),
        expected: expected(&spec.question),
    };
    let engine = match engine::of(site, &round.engines) {
        Ok(engine) => engine,
        Err(why) => return Answer::new(asked, Judgement::error(why)),
    };
    asked.target = format!("{whose} on {}", engine.shown);
    let observing = observe(&engine, spec, site, round);
    let limit = || format!("no complete answer within {} ms", site.deadline.as_millis());
    let observed = tokio::time::timeout(site.deadline, observing).await;
    match observed.unwrap_or_else(|_| Err(limit())) {
        Err(why) => Answer::new(asked, Judgement::error(format!("{}: {why}", engine.shown))),
        Ok(Observed {
            judgement,
            output,
            captures,
        }) => Answer {
            captures,
            ..Answer::new(asked, judgement).with_output(output)
        },
    }
}

/// The version of the engine, and not of a client.
pub(crate) async fn version(at_least: Option<&Version>, site: &Site, round: &Round<'_>) -> Answer {
    let mut asked = Asked {
        read_as: "Docker Engine's version, natively".to_owned(),
        target: "Docker Engine".to_owned(),
        expected: at_least.map_or_else(|| "answers".to_owned(), |version| format!("{version} or newer")),
    };
    let engine = match engine::of(site, &round.engines) {
        Ok(engine) => engine,
        Err(why) => return Answer::new(asked, Judgement::error(why)),
    };
    asked.target.clone_from(&engine.shown);
    let judgement = match tokio::time::timeout(site.deadline, engine.api.version()).await {
        Err(_) => Err(format!(
            "no complete answer within {} ms",
            site.deadline.as_millis()
        )),
        Ok(Err(why)) => Err(engine::words(&why)),
        Ok(Ok(version)) => Ok(version.version.unwrap_or_default()),
    };
    let judgement = match judgement {
        Err(why) => Judgement::error(format!("{}: {why}", engine.shown)),
        Ok(text) => match Version::find(&text) {
            Some(found) => tool::judge_version(format!("Docker Engine {found}"), &found, at_least),
            None => Judgement::error(format!("{} answers, but names no version", engine.shown)),
        },
    };
    Answer::new(asked, judgement)
}

struct Observed {
    judgement: Judgement,
    output: String,
    captures: Vec<Capture>,
}

async fn observe(
    engine: &Engine,
    spec: &DockerProbe,
    site: &Site,
    round: &Round<'_>,
) -> Result<Observed, String> {
    let mut found = containers::find(engine, spec, site, round).await?;
    let missing = judge_missing(&found, &spec.question);
    let (judgement, output) = match missing {
        Some(judgement) => (judgement, String::new()),
        None => judged(engine, spec, &mut found, site, round).await?,
    };
    Ok(Observed {
        judgement,
        output,
        captures: found.captures,
    })
}

async fn judged(
    engine: &Engine,
    spec: &DockerProbe,
    found: &mut Found,
    site: &Site,
    round: &Round<'_>,
) -> Result<(Judgement, String), String> {
    let (now, secrets) = ((round.context.clock)(), &site.secrets);
    match &spec.question {
        DockerQuestion::Running | DockerQuestion::Healthy => {
            let healthy = spec.question == DockerQuestion::Healthy;
            let judged: Vec<Judgement> = found
                .containers
                .iter()
                .map(|container| containers::judge(container, healthy, now, secrets))
                .collect();
            let output = judged
                .iter()
                .map(|judgement| format!("{}\n", judgement.found))
                .collect();
            Ok((weakest(judged), output))
        }
        DockerQuestion::Logs(question) => observe_logs(engine, found, question, site, round).await,
        DockerQuestion::Environment { filters, rules } => {
            let settings = variables::written(site).await?;
            Ok(variables::judge(
                &found.containers,
                &settings,
                filters,
                rules,
                now,
                secrets,
            ))
        }
        DockerQuestion::Memory => memory::judged(engine, &found.containers).await,
        DockerQuestion::NewestImage => {
            let mut judged = Vec::new();
            for container in &found.containers {
                judged.push(newest_image(engine, container).await?);
            }
            let output = judged
                .iter()
                .map(|judgement| format!("{}\n", judgement.found))
                .collect();
            Ok((weakest(judged), output))
        }
    }
}

/// A line of `.env` that holds, compared with the containers that were made from the file: one that still runs with
/// another value was not made again. An engine that cannot be asked is its own lines' trouble.
pub(crate) async fn compared(
    answer: Answer,
    file: &str,
    key: &str,
    site: &Site,
    round: &Round<'_>,
) -> Answer {
    if answer.judgement.verdict != Verdict::Pass || file != ".env" {
        return answer;
    }
    let Ok(engine) = engine::of(site, &round.engines) else {
        return answer;
    };
    let all = DockerProbe {
        project: None,
        services: Vec::new(),
        question: DockerQuestion::Running,
    };
    let looking = async {
        let found = containers::find(&engine, &all, site, round).await?;
        let mut settings = variables::written(site).await?;
        settings.retain(|setting| setting.key == key);
        let running = found.containers.iter().filter(|container| container.runs());
        Ok::<_, String>(
            running
                .filter_map(|container| variables::differing(container, &settings, &[]))
                .collect::<Vec<_>>(),
        )
    };
    match tokio::time::timeout(site.deadline, looking).await {
        Ok(Ok(differing)) if !differing.is_empty() => Answer {
            judgement: weakest(differing),
            ..answer
        },
        Ok(Ok(_) | Err(_)) | Err(_) => answer,
    }
}

fn weakest(judged: Vec<Judgement>) -> Judgement {
    Judgement::weakest(judged).unwrap_or_else(|| Judgement::error("nothing was judged"))
}

/// A service without a container does not run; of its log and its variables nothing is known.
fn judge_missing(found: &Found, question: &DockerQuestion) -> Option<Judgement> {
    let what = match (found.missing.as_slice(), found.containers.is_empty()) {
        ([], false) => return None,
        ([], true) => format!(
            "{} has no container: start it, or name it as COMPOSE_PROJECT_NAME below [variables]",
            found.project
        ),
        (missing, _) => format!("{} has no container of {}", found.project, missing.join(", ")),
    };
    let verdict = match question {
        DockerQuestion::Running | DockerQuestion::Healthy => Verdict::Fail,
        DockerQuestion::Logs(_)
        | DockerQuestion::Environment { .. }
        | DockerQuestion::NewestImage
        | DockerQuestion::Memory => Verdict::NoData,
    };
    Some(Judgement::new(verdict, what, "no container"))
}

async fn observe_logs(
    engine: &Engine,
    found: &mut Found,
    question: &LogsQuestion,
    site: &Site,
    round: &Round<'_>,
) -> Result<(Judgement, String), String> {
    let now = (round.context.clock)();
    let mut read = Vec::new();
    for container in &found.containers {
        let since = Since::of(container, question, site, now);
        let (mut log, capture) = logs::read(engine, container, question, since, site, round)
            .await
            .map_err(|why| format!("the log of {}: {why}", container.name))?;
        found.captures.extend(capture);
        let state = containers::judge(container, false, now, &site.secrets);
        log.ended = (!container.runs()).then_some(state.reason);
        read.push(log);
    }
    Ok((logs::judge(&read, question, &site.secrets), logs::output(&read)))
}

async fn newest_image(engine: &Engine, container: &Container) -> Result<Judgement, String> {
    let name = container
        .seen
        .config
        .as_ref()
        .and_then(|config| config.image.clone())
        .unwrap_or_default();
    let runs = container.seen.image.clone().unwrap_or_default();
    let newest = engine
        .api
        .inspect_image(&name)
        .await
        .map_err(|why| format!("the image {name} of {}: {}", container.name, engine::words(&why)))?;
    let (newest, built) = (newest.id.unwrap_or_default(), newest.created.unwrap_or_default());
    let short = |id: &str| {
        id.trim_start_matches("sha256:")
            .chars()
            .take(12)
            .collect::<String>()
    };
    let found = format!("{} runs {name} {}", container.name, short(&runs));
    Ok(match runs == newest && !runs.is_empty() {
        true => Judgement::pass(format!("{found}, the newest, built {built}")),
        false => Judgement::fail(
            format!(
                "{found}, but {name} is {} now, built {built}: make the container again (`up -d {}`)",
                short(&newest),
                container.service
            ),
            found,
        ),
    })
}

fn read_as(question: &DockerQuestion) -> &'static str {
    match question {
        DockerQuestion::Running | DockerQuestion::Healthy => "Docker Engine's state of containers, natively",
        DockerQuestion::Logs(_) => "Docker Engine's logs, natively",
        DockerQuestion::Environment { .. } => "variables that the container was made with, natively",
        DockerQuestion::NewestImage => "Docker Engine's images, natively",
        DockerQuestion::Memory => "Docker Engine's statistics of containers, natively",
    }
}

fn expected(question: &DockerQuestion) -> String {
    let piped = |what: &str, filters: &[Filter], rules: &[TextRule]| {
        format!("{what}{} {}", text::piped(filters), text::expected(rules))
            .trim_end()
            .to_owned()
    };
    match question {
        DockerQuestion::Running => "runs, and is not unhealthy".to_owned(),
        DockerQuestion::Healthy => "runs, healthy".to_owned(),
        DockerQuestion::Logs(question) => piped("log", &question.filters, &question.rules),
        DockerQuestion::Environment { filters, rules } => piped("variables", filters, rules),
        DockerQuestion::NewestImage => "made from the newest image of its name".to_owned(),
        DockerQuestion::Memory => "each runs, and its memory is known".to_owned(),
    }
}
