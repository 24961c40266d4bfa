//! Traps of a whole tier, mended: a restart that keeps the old environment, an order in which services are stopped before
//! what they need is restored, and an end without a proof.

use super::settings::is_env_file;
use crate::shell::{self, Script};
use domain::plan::{Section, SectionKind, Work};
use domain::probe::{HttpProbe, ProbeSpec, StatusRule};
use domain::rollback::{Contract, Deed, Step, Tier};

/// Why a restart becomes something else.
pub const RESTART: &str =
    "`restart` keeps the environment that the container was made with, so it is made anew";

/// `docker-compose restart X` as what makes the container anew, in the author's spelling of the tool.
pub fn recreating(script: &Script) -> Option<String> {
    let [stage] = script.pipelines.first()?.stages.as_slice() else {
        return None;
    };
    if !script.plain || !stage.redirects.is_empty() || !stage.assignments.is_empty() {
        return None;
    }
    let words: Vec<&str> = stage.words.iter().map(|word| word.raw.as_str()).collect();
    let tool = words
        .iter()
        .position(|word| matches!(*word, "docker-compose" | "podman-compose" | "compose"))?;
    let compose = match words[tool] {
        "compose" => tool > 0 && matches!(words[tool - 1], "docker" | "podman"),
        _ => true,
    };
    let at = tool + 1 + words[tool + 1..].iter().position(|word| *word == "restart")?;
    let quiet = words[..tool]
        .iter()
        .all(|word| matches!(*word, "sudo" | "-n" | "docker" | "podman"));
    let services = words[at + 1..].iter().any(|word| !word.starts_with('-'));
    let lone = if services { " --no-deps" } else { "" };
    (compose && quiet).then(|| {
        let mut command = format!("{} up -d --force-recreate{lone}", words[..at].join(" "));
        for word in &words[at + 1..] {
            command.push(' ');
            command.push_str(word);
        }
        command
    })
}

/// The service of a command that makes its container anew.
pub fn recreated(command: &str) -> Option<&str> {
    let (_, services) = command.split_once(" up -d --force-recreate --no-deps ")?;
    let mut services = services.split(' ');
    let service = services.next().filter(|_| services.next().is_none())?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    (service.bytes().all(plain) && !service.starts_with('-')).then_some(service)
}

/// What stands for `--build` where Gonogo may find the images that ran before.
pub const BUILD: &str = "\"${GONOGO_BUILD:---build}\"";

/// Why.
const KEPT: &str = "nothing is built where the images that ran before the deployment were kept: they get their names back, and \
                    `GONOGO_BUILD` is `--no-build`";

/// Lets a `docker-compose up --build` do without a build.
pub fn kept_images(steps: &mut [Step]) {
    for step in steps {
        let Deed::Command { command } = &mut step.deed else {
            continue;
        };
        let Some(kept) = without_build(command) else {
            continue;
        };
        let written = std::mem::replace(command, kept);
        step.written.get_or_insert(written);
        step.mended = Some(match step.mended.take() {
            Some(mended) => format!("{mended}; {KEPT}"),
            None => KEPT.to_owned(),
        });
    }
}

fn without_build(command: &str) -> Option<String> {
    let script = shell::read(command).ok().filter(|script| script.plain)?;
    let [pipeline] = script.pipelines.as_slice() else {
        return None;
    };
    let [stage] = pipeline.stages.as_slice() else {
        return None;
    };
    let words: Vec<&str> = stage.words.iter().map(|word| word.raw.as_str()).collect();
    let up = words.iter().position(|word| *word == "up")?;
    let docker = words[..up]
        .iter()
        .any(|word| *word == "docker-compose" || *word == "compose");
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let named = words[up..].iter().all(|word| word.bytes().all(plain));
    let builds = words.iter().filter(|word| **word == "--build").count() == 1;
    (docker && named && builds && command.matches("--build").count() == 1)
        .then(|| command.replace("--build", BUILD))
}

/// Puts the restoring of `.env` before the stopping of services.
pub fn order(steps: &mut [Step]) {
    let restores = |step: &Step| matches!(&step.deed, Deed::Restore { to, .. } if is_env_file(to));
    let Some(restore) = steps.iter().position(restores) else {
        return;
    };
    let stops = steps[..restore]
        .iter()
        .rev()
        .take_while(|step| stops(step))
        .count();
    if stops == 0 {
        return;
    }
    steps[restore - stops..=restore].rotate_right(1);
    let step = &mut steps[restore - stops];
    let why = "it comes before the services are stopped, so that nothing is configured for what does not run any more";
    step.mended = Some(match step.mended.take() {
        Some(mended) => format!("{why}; {mended}"),
        None => why.to_owned(),
    });
}

/// Whether a step stops services, and does nothing else.
fn stops(step: &Step) -> bool {
    let Deed::Command { command } = &step.deed else {
        return false;
    };
    let Some(script) = shell::read(command).ok().filter(|script| script.plain) else {
        return false;
    };
    let [stage] = script.pipelines[0].stages.as_slice() else {
        return false;
    };
    let words: Vec<&str> = stage.words.iter().map(|word| word.raw.as_str()).collect();
    let words = words.strip_prefix(&["sudo"]).unwrap_or(&words);
    matches!(
        words,
        ["docker-compose" | "podman-compose" | "systemctl", "stop", ..]
            | ["docker" | "podman", "stop", ..]
            | ["docker" | "podman", "compose", "stop", ..]
    )
}

/// A tier that ends without a look at what it did gets one: the health that the document asks for elsewhere.
pub fn verified(tiers: &mut [Tier], sections: &[Section]) {
    let Some(health) = health(tiers, sections) else {
        return;
    };
    for tier in tiers {
        let changes = |step: &Step| {
            matches!(
                step.deed,
                Deed::Command { .. } | Deed::EnvEdit { .. } | Deed::Restore { .. }
            )
        };
        let last = tier.steps.iter().rposition(changes);
        let last = last.unwrap_or(tier.steps.len() - 1);
        let proved = tier.steps[last..]
            .iter()
            .any(|step| matches!(step.deed, Deed::Verify { .. }) && !step.development_only);
        if !proved {
            tier.steps.push(Step {
                title: "Verify that the application is healthy".to_owned(),
                line: None,
                deed: Deed::Verify { spec: health.clone() },
                proof: None,
                contract: Contract::Idempotent,
                written: None,
                mended: Some(
                    "added, because nothing at the end of this tier proves that it worked: the document's own health check"
                        .to_owned(),
                ),
                loses: None,
                development_only: false,
                timeout_seconds: None,
            });
        }
    }
}

/// The first question for health: of a rollback, else of a window, else of a phase.
fn health(tiers: &[Tier], sections: &[Section]) -> Option<ProbeSpec> {
    let steps = tiers.iter().flat_map(|tier| &tier.steps);
    let verified = steps.filter_map(|step| match &step.deed {
        Deed::Verify { spec } => Some(spec),
        Deed::Command { .. } | Deed::EnvEdit { .. } | Deed::Restore { .. } | Deed::ByHand { .. } => None,
    });
    let of = |wanted: fn(SectionKind) -> bool| {
        let sections = sections.iter().filter(move |section| wanted(section.kind));
        sections.flat_map(|section| {
            let items = section.items.iter().map(|item| &item.work);
            items.chain(section.checks.iter().map(|check| &check.work))
        })
    };
    let windows = of(|kind| matches!(kind, SectionKind::Window { .. }));
    let phases = of(|kind| matches!(kind, SectionKind::Phase { .. }));
    let works = windows.chain(phases).filter_map(|work| match work {
        Work::Probe { spec } => Some(spec),
        Work::Action { .. } | Work::Attestation | Work::Parent => None,
    });
    let mut specs = verified.chain(works).flat_map(ProbeSpec::leaves);
    specs.find(|spec| asks_for_health(spec)).cloned()
}

fn asks_for_health(spec: &ProbeSpec) -> bool {
    let ProbeSpec::Http(HttpProbe { url, status, .. }) = spec else {
        return false;
    };
    let path = url.rsplit("://").next().unwrap_or(url);
    let path = path.split_once('/').map_or("", |(_, path)| path);
    let path = path.split(['?', '#']).next().unwrap_or_default().to_lowercase();
    let healthy = matches!(status, StatusRule::Success | StatusRule::Is(200));
    let named = [
        "health", "healthz", "livez", "readyz", "ready", "ping", "status", "up", "alive",
    ];
    healthy && (path.contains("health") || path.split('/').any(|part| named.contains(&part)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_builds_may_do_without_and_nothing_else_is_touched() {
        for (command, expected) in [
            ("docker-compose up -d --build backend", Some(vec!["backend"])),
            ("sudo docker compose -f a.yml up --build -d", Some(vec![])),
            ("docker-compose up -d backend", None),
            ("docker-compose build backend", None),
            ("docker build --build-arg up .", None),
            ("docker-compose up --build a && docker-compose up --build b", None),
            ("docker-compose up --build $(cat services)", None),
        ] {
            let kept = without_build(command);
            let services = kept.as_deref().and_then(super::super::built);
            let expected = expected.map(|names| names.into_iter().map(str::to_owned).collect::<Vec<_>>());
            assert_eq!(services, expected, "{command}: {kept:?}");
        }
    }
}
