//! What a way back is tested against: a plan, a work directory under git, and an engine that says what runs.

use crate::git::{git, repository};
use crate::support::{Folder, context, endpoint, environment, get, open};
use domain::Hash;
use domain::fingerprint::Fingerprint;
use domain::plan::{Parameter, Plan, SectionId};
use domain::probe::ProbeSpec;
use domain::rollback::{Contract, Deed, Step, Tier};
use probe::{CancellationToken, Prober, Seal, Site};
use serde_json::{Value, json};
use std::time::Duration;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

/// A secret that stands in `.env`, in a container's variables and in an address.
pub const SECRET: &str = "hunter2secret";

pub fn tier(title: &str, deeds: Vec<Deed>) -> Tier {
    let step = |deed| Step {
        title: "A step".to_owned(),
        line: None,
        deed,
        proof: None,
        contract: Contract::Manual,
        written: None,
        mended: None,
        loses: None,
        development_only: false,
        timeout_seconds: None,
    };
    Tier {
        section: SectionId(title.to_lowercase()),
        title: title.to_owned(),
        minutes: Some(5),
        steps: deeds.into_iter().map(step).collect(),
    }
}

pub fn command(text: &str) -> Deed {
    Deed::Command {
        command: text.to_owned(),
    }
}

pub fn restore() -> Deed {
    Deed::Restore {
        from: ".env.backup".to_owned(),
        to: ".env".to_owned(),
    }
}

pub fn verify(url: &str) -> Deed {
    Deed::Verify {
        spec: ProbeSpec::Http(get(url)),
    }
}

pub fn plan(rollback: Vec<Tier>, parameters: &[&str]) -> Plan {
    let parameter = |name: &&str| Parameter {
        name: (*name).to_owned(),
        written: "<value>".to_owned(),
        line: 1,
    };
    Plan {
        revision: Hash::zero(),
        title: "T".to_owned(),
        sections: Vec::new(),
        slots: Vec::new(),
        parameters: parameters.iter().map(parameter).collect(),
        blanks: Vec::new(),
        rollback,
        forms: Vec::new(),
        objectives: Vec::new(),
        links: Vec::new(),
        follow_ups: Vec::new(),
    }
}

/// A work directory with a commit and a `.env` file that git does not know, an engine, and a site over both.
pub struct World {
    pub folder: Folder,
    pub engine: MockServer,
    pub site: Site,
}

impl World {
    /// An engine that runs `web` and `db` and has stopped `job`.
    pub async fn new() -> Self {
        let folder = repository();
        folder.write(".env", format!("CACHE=false\nAPI_TOKEN={SECRET}\n"));
        folder.write("compose.yaml", "services: {}\n");
        git(folder.path(), &["add", "compose.yaml"]);
        git(folder.path(), &["commit", "-qm", "second"]);
        let engine = MockServer::start().await;
        let mut environment = environment(folder.path());
        environment.endpoints = vec![endpoint(
            "docker",
            &engine.uri().replace("http://", "tcp://"),
            &[],
        )];
        let variables = "COMPOSE_PROJECT_NAME".to_owned();
        environment.variables.insert(variables, "shop".to_owned());
        let site = Site {
            deadline: Duration::from_secs(2),
            ..open(environment).with_seal(Seal::new([9; 32]))
        };
        let world = Self { folder, engine, site };
        world.runs(&[web(), db(), job()]).await;
        world
    }

    /// From now on the engine says that there are these containers, with the images of each.
    pub async fn runs(&self, containers: &[Value]) {
        self.engine.reset().await;
        let summaries = containers.iter().map(|container| {
            let labels = json!({"com.docker.compose.project": "shop", "com.docker.compose.service": container["service"]});
            json!({"Id": container["Id"], "Labels": labels})
        });
        self.answers("/containers/json", summaries.collect()).await;
        for container in containers {
            let id = container["Id"].as_str().expect("an id");
            self.answers(&format!("/containers/{id}/json"), container.clone())
                .await;
            self.keeps(container["Image"].as_str().expect("an image")).await;
        }
    }

    /// The engine has this image.
    pub async fn keeps(&self, image: &str) {
        self.answers(&format!("/images/{image}/json"), json!({"Id": image}))
            .await;
    }

    async fn answers(&self, at: &str, body: Value) {
        Mock::given(method("GET"))
            .and(path(at))
            .respond_with(ResponseTemplate::new(200).set_body_json(body))
            .mount(&self.engine)
            .await;
    }

    pub fn write(&self, name: &str, content: &str) {
        self.folder.write(name, content);
    }

    pub async fn fingerprint(&self, plan: &Plan) -> Fingerprint {
        fingerprint(&self.site, plan).await
    }
}

/// With a deadline of the test's own: a reading that hangs fails it.
pub async fn fingerprint(site: &Site, plan: &Plan) -> Fingerprint {
    let prober = Prober::new(context());
    let reading = prober.fingerprint(site, plan, CancellationToken::new());
    tokio::time::timeout(Duration::from_secs(30), reading)
        .await
        .expect("a reading never hangs")
}

pub fn container(service: &str, status: &str, image: &str, variables: &[&str]) -> Value {
    json!({
        "service": service, "Id": format!("id-{service}"), "Name": format!("/shop-{service}-1"), "Image": image,
        "State": {"Status": status}, "Config": {"Image": format!("{service}:1"), "Env": variables},
    })
}

pub fn web() -> Value {
    let token = format!("API_TOKEN={SECRET}");
    container("web", "running", "sha256:web1", &["CACHE=false", &token])
}

pub fn db() -> Value {
    container("db", "running", "sha256:db1", &[])
}

pub fn job() -> Value {
    container("job", "exited", "sha256:job1", &[])
}
