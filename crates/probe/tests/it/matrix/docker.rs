//! Containers, as a stand-in for the engine reports them over HTTP: these rows need no Docker Engine and prove nothing about one.

use super::world::{Conduct, Page, Target, World};
use super::*;
use domain::probe::{DockerProbe, DockerQuestion, Filter, LogsQuestion, TextRule};
use serde_json::{Value, json};

fn row(state: State, what: &'static str, right: Right, question: DockerQuestion, conduct: Conduct) -> Row {
    let command = match &question {
        DockerQuestion::Running | DockerQuestion::Healthy => "docker inspect id-web",
        DockerQuestion::Logs(_) => "docker logs id-web 2>&1 | grep -i error",
        DockerQuestion::Environment { .. } => "docker inspect id-web | grep REDIS_HOST",
        DockerQuestion::NewestImage => "docker inspect -f '{{.Image}}' id-web",
        DockerQuestion::Memory => "docker stats --no-stream id-web",
    };
    Row {
        kind: "docker",
        state,
        what,
        right,
        spec: ProbeSpec::Docker(DockerProbe {
            project: None,
            services: vec!["web".to_owned()],
            question,
        }),
        world: World::of(Target::Tcp("tcp", conduct)),
        command: command.to_owned(),
    }
}

fn running() -> DockerQuestion {
    DockerQuestion::Running
}

fn grep(pattern: &str) -> Vec<Filter> {
    vec![Filter::Grep {
        pattern: pattern.to_owned(),
        ignore_case: true,
        invert: false,
    }]
}

fn no_errors() -> DockerQuestion {
    DockerQuestion::Logs(LogsQuestion {
        last_seconds: None,
        tail: None,
        filters: grep("error"),
        rules: vec![TextRule::Empty],
    })
}

fn variables() -> DockerQuestion {
    DockerQuestion::Environment {
        filters: grep("REDIS_HOST"),
        rules: vec![TextRule::Contains("REDIS_HOST=redis".to_owned())],
    }
}

fn page(path: &'static str, body: &Value) -> Page {
    Page {
        path,
        status: 200,
        body: body.to_string().into_bytes(),
    }
}

/// An engine with one container of `web`, as `seen` says.
fn engine(seen: &Value, more: Vec<Page>) -> Conduct {
    let labels = json!({"com.docker.compose.project": "shop", "com.docker.compose.service": "web",
        "com.docker.compose.oneoff": "False"});
    let mut whole = json!({"Id": "id-web", "Name": "/shop-web-1", "RestartCount": 0, "Image": "sha256:aaaaaaaaaaaaaaaa",
        "Created": "2026-11-20T10:00:00Z", "Config": {"Image": "shop:1", "Env": []}});
    for (key, value) in seen.as_object().expect("an object") {
        whole[key] = value.clone();
    }
    let listed = json!([{"Id": "id-web", "Names": ["/shop-web-1"], "Labels": labels}]);
    let pages = vec![
        page("/_ping", &json!("OK")),
        page("/containers/json", &listed),
        page("/containers/id-web/json", &whole),
    ];
    Conduct::Pages([pages, more].concat())
}

fn state(state: Value) -> Conduct {
    engine(&json!({"State": state, "RestartCount": 3}), Vec::new())
}

fn logging(seen: Value, lines: &[&str]) -> Conduct {
    let mut body = Vec::new();
    for line in lines {
        let line = format!("2026-11-20T10:00:02.000000000Z {line}\n");
        body.extend([1, 0, 0, 0]);
        body.extend(u32::try_from(line.len()).expect("short").to_be_bytes());
        body.extend(line.into_bytes());
    }
    let path = "/containers/id-web/logs";
    engine(
        &json!({"State": seen}),
        vec![Page {
            path,
            status: 200,
            body,
        }],
    )
}

fn made_with(variables: &[&str]) -> Conduct {
    engine(
        &json!({"State": {"Status": "running"}, "Config": {"Image": "shop:1", "Env": variables}}),
        Vec::new(),
    )
}

fn image(id: &str) -> Conduct {
    let newest = page("/images/shop:1/json", &json!({"Id": id}));
    engine(&json!({"State": up()}), vec![newest])
}

fn up() -> Value {
    json!({"Status": "running", "StartedAt": "2026-11-20T10:00:01.5Z", "FinishedAt": "2026-11-20T10:00:00.5Z"})
}

fn health(word: &str) -> Conduct {
    engine(
        &json!({"State": {"Status": "running", "Health": {"Status": word}}}),
        Vec::new(),
    )
}

pub fn rows() -> Vec<Row> {
    let healthy = || DockerQuestion::Healthy;
    let newest = || DockerQuestion::NewestImage;
    let now = (crate::support::context().clock)().to_rfc3339();
    let empty = Conduct::Pages(vec![
        page("/_ping", &json!("OK")),
        page("/containers/json", &json!([])),
    ]);
    let half = Conduct::Ends(super::world::http(
        "200 OK\r\ncontent-type: application/json",
        "[{\"Id\": \"id-web\"",
    ));
    let refused = Conduct::http(
        "403 Forbidden\r\ncontent-type: application/json",
        r#"{"message":"not allowed"}"#,
    );
    vec![
        row(Good, "it runs", PASS, running(), state(up())),
        row(Good, "it runs and is healthy", PASS, healthy(), health("healthy")),
        row(
            Good,
            "no error in its log",
            PASS,
            no_errors(),
            logging(up(), &["ready"]),
        ),
        row(
            Good,
            "its variable is as it should be",
            PASS,
            variables(),
            made_with(&["REDIS_HOST=redis"]),
        ),
        row(
            Good,
            "it was made from the newest image",
            PASS,
            newest(),
            image("sha256:aaaaaaaaaaaaaaaa"),
        ),
        row(
            Bad,
            "it has exited",
            FAIL,
            running(),
            state(json!({"Status": "exited", "ExitCode": 1})),
        ),
        row(
            Bad,
            "it was killed for its memory",
            FAIL,
            running(),
            state(json!({"Status": "exited", "ExitCode": 137, "OOMKilled": true})),
        ),
        row(Bad, "it is unhealthy", FAIL, running(), health("unhealthy")),
        row(
            Bad,
            "it is dead",
            FAIL,
            running(),
            state(json!({"Status": "dead"})),
        ),
        row(
            Bad,
            "errors in its log",
            FAIL,
            no_errors(),
            logging(up(), &["ready", "ERROR: no database"]),
        ),
        row(
            Bad,
            "its variable is another",
            FAIL,
            variables(),
            made_with(&["REDIS_HOST=localhost"]),
        ),
        row(
            Bad,
            "its image was built again since",
            FAIL,
            newest(),
            image("sha256:bbbbbbbbbbbbbbbb"),
        ),
        row(Bad, "no container", FAIL, running(), empty.clone()),
        row(
            Unreachable,
            "no engine listens",
            NO_ANSWER,
            running(),
            Conduct::Closed,
        ),
        row(
            Unreachable,
            "the queue is full",
            NO_ANSWER,
            running(),
            Conduct::Full,
        ),
        row(
            Unreachable,
            "no engine listens to give a log",
            NO_ANSWER,
            no_errors(),
            Conduct::Closed,
        ),
        row(
            Unreachable,
            "what listens is no engine",
            NO_ANSWER,
            running(),
            Conduct::Closes,
        ),
        row(
            Unreachable,
            "the engine lets nobody ask",
            NO_ANSWER,
            running(),
            refused,
        ),
        row(Slow, "no answer", NO_ANSWER, running(), Conduct::Silent),
        row(
            Slow,
            "no answer where a log is meant",
            NO_ANSWER,
            no_errors(),
            Conduct::Silent,
        ),
        row(
            Slow,
            "no answer where variables are meant",
            NO_ANSWER,
            variables(),
            Conduct::Silent,
        ),
        row(
            Ambiguous,
            "it is restarting",
            FAIL,
            running(),
            state(json!({"Status": "restarting", "ExitCode": 1})),
        ),
        row(
            Ambiguous,
            "it was restarted just now",
            WARNING,
            running(),
            state(json!({"Status": "running", "StartedAt": now})),
        ),
        row(
            Ambiguous,
            "its health check has not answered yet",
            NO_DATA,
            running(),
            health("starting"),
        ),
        row(
            Ambiguous,
            "it has no health check and should be healthy",
            FAIL,
            healthy(),
            state(up()),
        ),
        row(
            Ambiguous,
            "it is paused",
            FAIL,
            running(),
            state(json!({"Status": "paused"})),
        ),
        row(
            Ambiguous,
            "it was created and never ran",
            FAIL,
            running(),
            state(json!({"Status": "created"})),
        ),
        row(
            Ambiguous,
            "a log without errors of what has exited",
            &[Verdict::Warning, Verdict::Fail],
            no_errors(),
            logging(json!({"Status": "exited", "ExitCode": 3}), &["fine"]),
        ),
        row(
            Ambiguous,
            "a log where no container is",
            NOT_GREEN,
            no_errors(),
            empty,
        ),
        row(
            Ambiguous,
            "a log that cannot be read",
            NO_ANSWER,
            no_errors(),
            engine(&json!({"State": up()}), Vec::new()),
        ),
        row(Ambiguous, "half a list of containers", NO_ANSWER, running(), half),
        row(
            Ambiguous,
            "a state that nobody knows",
            NOT_GREEN,
            running(),
            state(json!({"Status": "thinking"})),
        ),
        row(
            Ambiguous,
            "an image that is gone",
            NOT_GREEN,
            newest(),
            engine(&json!({"State": up()}), Vec::new()),
        ),
        row(
            Ambiguous,
            "a variable of what has exited",
            NOT_GREEN,
            variables(),
            engine(
                &json!({"State": {"Status": "exited", "ExitCode": 1}, "Config": {"Image": "shop:1", "Env": ["REDIS_HOST=redis"]}}),
                Vec::new(),
            ),
        ),
        row(
            Ambiguous,
            "a variable whose name only ends so",
            NOT_GREEN,
            variables(),
            made_with(&["OLD_REDIS_HOST=redis"]),
        ),
    ]
}
