//! A real Docker Engine, with containers of the tests' own. They need an image that holds a shell:
//! `GONOGO_TEST_DOCKER=unix:///run/docker.sock GONOGO_TEST_IMAGE=debian cargo test -p probe --features engine --test engine`.

#[path = "it/support.rs"]
#[expect(dead_code, reason = "the harness of the other tests too")]
mod support;

use crate::support::{assert_said, endpoint, environment, open, probe};
use domain::fingerprint::{Fingerprint, Part, image_of};
use domain::probe::{DockerProbe, DockerQuestion, Filter, LogsQuestion, ProbeSpec, TextRule};
use domain::verdict::{Finding, Verdict};
use probe::{Context, Prober, Site};
use std::collections::BTreeMap;
use std::process::Command;
use std::time::Duration;

/// A Compose project of containers that are removed with the test.
struct Project {
    name: String,
    engine: String,
    image: String,
}

#[expect(
    clippy::disallowed_methods,
    reason = "where the engine is stands in the variables of the tests"
)]
fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set"))
}

impl Project {
    fn new(test: &str) -> Self {
        Self {
            name: format!("gonogo-test-{test}-{}", std::process::id()),
            engine: variable("GONOGO_TEST_DOCKER"),
            image: variable("GONOGO_TEST_IMAGE"),
        }
    }

    fn docker(&self, arguments: &[&str]) -> String {
        let output = Command::new("docker")
            .env("DOCKER_HOST", &self.engine)
            .args(arguments)
            .output()
            .expect("the docker command");
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Starts a service that does `script`, with more options of `docker run`.
    fn run(&self, service: &str, options: &[&str], script: &str) -> String {
        self.run_of(&self.image, service, options, script)
    }

    /// The same of another image.
    fn run_of(&self, image: &str, service: &str, options: &[&str], script: &str) -> String {
        let name = format!("{}-{service}-1", self.name);
        let labels = [
            format!("com.docker.compose.project={}", self.name),
            format!("com.docker.compose.service={service}"),
            "com.docker.compose.oneoff=False".to_owned(),
        ];
        let mut arguments = vec!["run", "-d", "--network=none", "--init", "--name", name.as_str()];
        arguments.extend(labels.iter().flat_map(|label| ["--label", label.as_str()]));
        arguments.extend(options);
        arguments.extend(["--entrypoint", "sh", image, "-c", script]);
        self.docker(&arguments);
        name
    }

    fn site(&self) -> Site {
        let mut environment = environment(&std::env::temp_dir());
        environment.endpoints = vec![endpoint("docker", &self.engine, &[])];
        environment
            .variables
            .insert("COMPOSE_PROJECT_NAME".to_owned(), self.name.clone());
        open(environment)
    }

    async fn ask(&self, services: &[&str], question: DockerQuestion) -> Finding {
        let spec = ProbeSpec::Docker(DockerProbe {
            project: None,
            services: services.iter().map(|service| (*service).to_owned()).collect(),
            question,
        });
        probe(&spec, &self.site()).await
    }

    /// Asks until the answer is not the first one any more: containers take their time to start and to end.
    async fn settled(&self, service: &str, reason: &str) -> Finding {
        let mut tick = tokio::time::interval(Duration::from_millis(100));
        for _ in 0..150 {
            tick.tick().await;
            let finding = self.ask(&[service], DockerQuestion::Running).await;
            if finding.reason.contains(reason) {
                return finding;
            }
        }
        self.ask(&[service], DockerQuestion::Running).await
    }
}

impl Project {
    /// Asks until the line is there, for as long as a container may take to write it.
    async fn logged(&self, service: &str, pattern: &str) -> Finding {
        let mut tick = tokio::time::interval(Duration::from_millis(100));
        let mut found = self.ask(&[service], logs(pattern, TextRule::NotEmpty)).await;
        for _ in 0..100 {
            if found.verdict == Verdict::Pass {
                break;
            }
            tick.tick().await;
            found = self.ask(&[service], logs(pattern, TextRule::NotEmpty)).await;
        }
        found
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        let label = format!("label=com.docker.compose.project={}", self.name);
        let ids = self.docker(&["ps", "-aq", "--filter", &label]);
        for id in ids.lines() {
            self.docker(&["rm", "-f", id]);
        }
    }
}

fn logs(pattern: &str, rule: TextRule) -> DockerQuestion {
    DockerQuestion::Logs(LogsQuestion {
        last_seconds: None,
        tail: None,
        filters: vec![grep(pattern)],
        rules: vec![rule],
    })
}

fn grep(pattern: &str) -> Filter {
    Filter::Grep {
        pattern: pattern.to_owned(),
        ignore_case: true,
        invert: false,
    }
}

#[tokio::test]
async fn states_of_real_containers_are_told_apart() {
    let project = Project::new("states");
    project.run("web", &[], "sleep 300");
    project.run("job", &[], "exit 3");
    project.run("loop", &["--restart=always"], "exit 1");
    project.run(
        "sick",
        &[
            "--health-cmd=exit 1",
            "--health-interval=1s",
            "--health-retries=1",
        ],
        "sleep 300",
    );
    project.run(
        "well",
        &["--health-cmd=exit 0", "--health-interval=1s"],
        "sleep 300",
    );
    let paused = project.run("paused", &[], "sleep 300");
    project.docker(&["pause", &paused]);
    let cases = [
        ("web", Verdict::Pass, "web runs"),
        ("job", Verdict::Fail, "job has exited with exit code 3"),
        (
            "loop",
            Verdict::Fail,
            "loop is restarting again and again: it ended with exit code 1",
        ),
        ("sick", Verdict::Fail, "sick is up but unhealthy"),
        ("well", Verdict::Pass, "well runs, healthy"),
        ("paused", Verdict::Fail, "paused is paused"),
        ("gone", Verdict::Fail, "has no container of gone"),
    ];
    for (service, verdict, reason) in cases {
        assert_said(&project.settled(service, reason).await, verdict, reason);
    }
    let all = project.ask(&[], DockerQuestion::Running).await;
    assert_eq!(all.verdict, Verdict::Fail);
    assert!(
        all.evidence
            .output
            .expect("an output")
            .text
            .contains("web runs\nwell runs, healthy\n")
    );
}

#[tokio::test]
async fn a_real_log_is_read_line_by_line_with_and_without_a_terminal() {
    let project = Project::new("logs");
    let says = "echo ready; echo 'an ERROR' >&2; exec sleep 300";
    project.run("plain", &[], says);
    project.run("terminal", &["-t"], says);
    for service in ["plain", "terminal"] {
        assert_said(&project.settled(service, "runs").await, Verdict::Pass, "runs");
        let found = project.logged(service, "error").await;
        assert_eq!(found.verdict, Verdict::Pass, "{found:#?}");
        let found = project.ask(&[service], logs("error", TextRule::Empty)).await;
        assert_said(
            &found,
            Verdict::Fail,
            "should be empty, but has 1 line: “an ERROR”; at 20",
        );
        let shown = found.evidence.output.expect("an output").text;
        assert!(
            shown.starts_with("20") && shown.ends_with(&format!("Z {service} | an ERROR\n")),
            "{shown:?}"
        );
        let ready = project.ask(&[service], logs("ready", TextRule::NotEmpty)).await;
        assert_said(&ready, Verdict::Pass, "“ready”");
        let quiet = project.ask(&[service], logs("panic", TextRule::Empty)).await;
        assert_said(&quiet, Verdict::Pass, "empty (in 2 lines of");
    }
    project.run("silent", &["--log-driver=none"], "sleep 300");
    let silent = project.ask(&["silent"], logs("error", TextRule::Empty)).await;
    assert_said(&silent, Verdict::Error, "the log of silent: ");
}

#[tokio::test]
async fn real_variables_and_images_are_read_by_inspection() {
    let project = Project::new("variables");
    project.run(
        "web",
        &["-e", "REDIS_HOST=redis", "-e", "API_TOKEN=hunter2secret"],
        "sleep 300",
    );
    let variables = |pattern: &str| DockerQuestion::Environment {
        filters: vec![grep(pattern)],
        rules: vec![TextRule::NotEmpty],
    };
    assert_said(
        &project.ask(&["web"], variables("REDIS")).await,
        Verdict::Pass,
        "REDIS_HOST=redis",
    );
    let token = project.ask(&["web"], variables("TOKEN")).await;
    assert_said(&token, Verdict::Pass, "API_TOKEN=[not shown]");
    assert!(!format!("{token:?}").contains("hunter2secret"));
    assert_said(
        &project.ask(&["web"], DockerQuestion::NewestImage).await,
        Verdict::Pass,
        "the newest, built 20",
    );
}

#[tokio::test]
async fn an_image_that_was_kept_gets_its_name_back_after_a_build_took_it() {
    let project = Project::new("kept");
    let name = format!("{}-web", project.name);
    project.docker(&["tag", &project.image, &format!("{name}:latest")]);
    let container = project.run_of(&name, "web", &[], "exec sleep 300");
    let before = project.docker(&["inspect", "--format", "{{.Image}}", &container]);
    let fingerprint = Fingerprint {
        parts: BTreeMap::from([(
            image_of("web"),
            Part::Is {
                value: before.clone(),
            },
        )]),
        latency_us: None,
    };
    let prober = Prober::new(Context::of_this_machine(&|_| None));
    let mut site = project.site();
    assert_eq!(
        prober.keep_images(&site, &fingerprint).await,
        Ok(vec![]),
        "the file does not allow it"
    );
    let services = ["web".to_owned()];
    let refused = prober.put_images_back(&site, &fingerprint, &services).await;
    assert!(refused.is_err_and(|why| why.contains("keep_images")));
    site.environment.keep_images = true;
    site.environment.name = project.name.clone();
    assert_eq!(
        prober.keep_images(&site, &fingerprint).await,
        Ok(vec!["web".to_owned()])
    );
    let kept = format!("gonogo-kept/{}:web", project.name);
    let id = |name: &str| project.docker(&["image", "inspect", "--format", "{{.Id}}", name]);
    assert_eq!(id(&kept), before);

    // What a build does: the name is that of another image.
    project.docker(&["commit", "--change", "LABEL release=2", &container, &name]);
    assert_ne!(id(&name), before);
    for _ in 0..2 {
        let back = prober.put_images_back(&site, &fingerprint, &services).await;
        assert_eq!(back, Ok(services.to_vec()));
        assert_eq!(id(&name), before);
    }
    let unknown = prober
        .put_images_back(&site, &fingerprint, &["db".to_owned()])
        .await;
    assert!(unknown.is_err_and(|why| why.contains("no image of db was read")));
    project.docker(&["rm", "-f", &container]);
    project.docker(&["rmi", "-f", &name, &kept]);
}
