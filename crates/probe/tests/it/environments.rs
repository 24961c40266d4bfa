use crate::support::{Folder, assert_said, endpoint, environment, probe};
use domain::environment::{Class, Environment, Kubernetes};
use domain::probe::{PostgresProbe, PostgresQuestion, ProbeSpec};
use domain::verdict::Verdict;
use probe::{Site, environment as files};
use std::path::Path;

fn refused(environment: Environment) -> String {
    Site::open(environment, &|_| None)
        .expect_err("refused")
        .to_string()
}

#[test]
fn the_shipped_environment_can_be_used_with_what_the_server_passes() {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../environments");
    let all = files::load(&shipped);
    let this = all
        .into_iter()
        .flatten()
        .find(|environment| environment.name == "this-machine")
        .expect("it ships");
    assert_eq!((this.class, this.endpoints.len()), (Class::Development, 2));
    let server = |name: &str| match name {
        "GONOGO_URL" => Some("http://127.0.0.1:9999".to_owned()),
        "GONOGO_DATABASE_URL" => Some("postgres:///gonogo?host=/run/gonogo".to_owned()),
        "GONOGO_DATA_DIR" => Some("/var/lib/gonogo".to_owned()),
        _ => None,
    };
    let site = Site::open(this.clone(), &server).expect("a site");
    assert_eq!(site.environment.work_directory, "/var/lib/gonogo");
    assert_eq!(
        site.environment.endpoint("localhost:8080").expect("listed").url,
        "http://127.0.0.1:9999"
    );
    let without = Environment {
        secrets: Default::default(),
        ..this
    };
    assert_eq!(
        refused(without),
        "environments/this-machine.toml, work_directory: $GONOGO_DATA_DIR has no value: set the variable for the server, \
         or write the value in its place"
    );
}

#[test]
fn a_file_that_is_wrong_says_where_and_hides_no_other() {
    let folder = Folder::new();
    folder.write("a.toml", "class = \"development\"\nwork_directory = \"/srv\"\n");
    folder.write(
        "b.toml",
        "class = \"development\"\nwork_directory = \"/srv\"\nwork_dir = \"/typo\"\n",
    );
    folder.write("c.toml", "class = \"test\"\nwork_directory = \"/srv\"\n");
    folder.write("d.toml", "class = \"production\"\n");
    folder.write("Not A Name.toml", "");
    folder.write("notes.txt", "no environment");
    let all: Vec<String> = files::load(folder.path())
        .into_iter()
        .map(|read| {
            read.map_or_else(
                |error| error.to_string(),
                |environment| format!("ok {}", environment.name),
            )
        })
        .map(|text| text.replace(&folder.path().display().to_string(), "DIR"))
        .collect();
    insta::assert_snapshot!(all.join("\n"), @r#"
    DIR/Not A Name.toml: an environment's name has only a-z, 0-9 and -: rename the file
    ok a
    DIR/b.toml:3:1: unknown field `work_dir`, expected one of `title`, `class`, `work_directory`, `parameters`, `endpoints`, `kubernetes`, `load`, `windows`, `latency`, `paths`, `variables`, `secrets`, `shell`, `action_minutes`, `keep_images`, `served_by`, `automatic_rollback`, `webhooks`, `published` (environments/this-machine.toml explains every key)
    DIR/c.toml:1:9: unknown variant `test`, expected one of `development`, `staging`, `production` (environments/this-machine.toml explains every key)
    DIR/d.toml:1:1: missing field `work_directory` (environments/this-machine.toml explains every key)
    "#);
    assert_eq!(files::load(&folder.path().join("gone")).len(), 1);
}

#[test]
fn what_cannot_be_used_is_refused_with_the_key() {
    let base = || environment(Path::new("/srv"));
    let with = |change: &dyn Fn(&mut Environment)| {
        let mut environment = base();
        change(&mut environment);
        refused(environment)
    };
    let cases: Vec<String> = vec![
        with(&|e| e.work_directory = "relative".to_owned()),
        with(&|e| e.shell = Vec::new()),
        with(&|e| e.action_minutes = Some(0)),
        with(&|e| e.paths = vec!["relative".to_owned()]),
        with(&|e| e.endpoints = vec![endpoint("a", "nowhere", &[])]),
        with(&|e| e.endpoints = vec![endpoint("a", "ftp://host/", &[])]),
        with(&|e| e.endpoints = vec![endpoint("a", "unix://run/docker.sock", &[])]),
        with(&|e| e.endpoints = vec![endpoint("a", "http://169.254.169.254/", &[])]),
        with(&|e| e.endpoints = vec![endpoint("a", "http://[fe80::1]:80/", &[])]),
        with(&|e| {
            e.endpoints = vec![
                endpoint("a", "http://x/", &["h:1"]),
                endpoint("b", "http://y/", &["H:1"]),
            ]
        }),
        with(&|e| e.kubernetes = Some(cluster("", &[], None))),
        with(&|e| e.kubernetes = Some(cluster("lab", &["shop", "--all"], None))),
        with(&|e| e.kubernetes = Some(cluster("lab", &[], Some("/etc/one:two")))),
        with(&|e| e.kubernetes = Some(cluster("lab", &[], Some("$MISSING")))),
        with(&|e| drop(e.variables.insert("A-B".to_owned(), String::new()))),
        with(&|e| drop(e.secrets.insert("TOKEN".to_owned(), "plain text".to_owned()))),
        with(&|e| drop(e.secrets.insert("TOKEN".to_owned(), "env:MISSING".to_owned()))),
        with(&|e| {
            drop(
                e.secrets
                    .insert("TOKEN".to_owned(), "file:/nowhere/at/all".to_owned()),
            )
        }),
    ];
    insta::assert_snapshot!(cases.join("\n"), @r#"
    environments/test.toml, work_directory: relative is not absolute: write the whole path
    environments/test.toml, shell: it is empty: leave the key out for bash
    environments/test.toml, action_minutes: it is a number of minutes from 1 to 1440
    environments/test.toml, paths: relative is not absolute: write the whole path
    environments/test.toml, endpoint a, url: it is not an address (relative URL without a base): write `http://host:port`
    environments/test.toml, endpoint a, url: the scheme ftp is not known: use http, https, postgres, redis, unix or tcp
    environments/test.toml, endpoint a, url: a socket is written with three slashes: unix:///run/docker.sock
    environments/test.toml, endpoint a, url: 169.254.169.254 is a link-local address, where clouds keep their metadata, and is never dialled: use the target's own address
    environments/test.toml, endpoint a, url: fe80::1 is a link-local address and is never dialled: use the target's own address
    environments/test.toml, endpoint b: H:1 already stands for the endpoint a: name it once
    environments/test.toml, kubernetes.context: it names no context: `kubectl config get-contexts` lists them
    environments/test.toml, kubernetes.namespaces: "--all" is no name of a namespace
    environments/test.toml, kubernetes.kubeconfig: two is not absolute: write the whole path
    environments/test.toml, kubernetes.kubeconfig: $MISSING has no value: set the variable for the server, or write the value in its place
    environments/test.toml, variables.A-B: use letters, digits and _ only
    environments/test.toml, secrets.TOKEN: a secret is written as `env:NAME` or `file:/path`, never as its value
    environments/test.toml, secrets.TOKEN: the server has no variable MISSING: set it
    environments/test.toml, secrets.TOKEN: /nowhere/at/all: no such file or directory: is the path right, and may the server read it?
    "#);
}

fn cluster(context: &str, namespaces: &[&str], kubeconfig: Option<&str>) -> Kubernetes {
    Kubernetes {
        context: context.to_owned(),
        namespaces: namespaces.iter().map(|name| (*name).to_owned()).collect(),
        kubeconfig: kubeconfig.map(str::to_owned),
    }
}

#[test]
fn a_cluster_is_a_table_of_the_file_and_its_configuration_may_be_the_servers() {
    let folder = Folder::new();
    let base = "class = \"staging\"\nwork_directory = \"/srv\"\n[kubernetes]\n";
    folder.write(
        "a.toml",
        format!("{base}context = \"lab\"\nnamespaces = [\"shop\"]\nkubeconfig = \"$KUBECONFIG\"\n"),
    );
    folder.write("b.toml", format!("{base}namespaces = [\"shop\"]\n"));
    folder.write(
        "c.toml",
        format!("{base}context = \"lab\"\nserver = \"https://x\"\n"),
    );
    let mut read = files::load(folder.path()).into_iter();
    let mut next = || read.next().expect("a file");
    let site = Site::open(next().expect("an environment"), &|name| {
        (name == "KUBECONFIG").then(|| "/etc/lab.yaml".to_owned())
    });
    let found = site.expect("a site").environment.kubernetes;
    assert_eq!(found, Some(cluster("lab", &["shop"], Some("/etc/lab.yaml"))));
    let why = [next(), next()].map(|file| file.expect_err("wrong").to_string());
    assert!(
        why[0].contains("b.toml:3:1: missing field `context`"),
        "{}",
        why[0]
    );
    assert!(
        why[1].contains("c.toml:5:1: unknown field `server`"),
        "{}",
        why[1]
    );
}

#[test]
fn secrets_fill_addresses_and_never_end_a_part_of_them() {
    let folder = Folder::new();
    let file = folder.write("token", "p@ss/w:rd?\n");
    let mut environment = environment(Path::new("/srv"));
    environment
        .secrets
        .insert("PW".to_owned(), format!("file:{}", file.display()));
    environment.secrets.insert("WHOLE".to_owned(), "env:W".to_owned());
    environment.endpoints = vec![
        endpoint("a", "postgres://app:$PW@db.test/app", &[]),
        endpoint("b", "$WHOLE", &[]),
    ];
    let server = |_: &str| Some("http://u:verysecret@host.test/".to_owned());
    let site = Site::open(environment, &server).expect("a site");
    assert_eq!(
        site.environment.endpoints[0].url,
        "postgres://app:p%40ss%2Fw%3Ard%3F@db.test/app"
    );
    assert_eq!(
        site.environment.endpoints[1].url,
        "http://u:verysecret@host.test/"
    );
    assert_eq!(
        site.secrets.mask("x verysecret p@ss/w:rd? p%40ss%2fw%3ard%3f"),
        "x [password of b hidden] [PW hidden] [PW hidden]"
    );
    assert!(!format!("{:?}", site.secrets).contains("verysecret"));
}

#[tokio::test]
async fn a_database_that_the_environment_does_not_name_is_an_error_that_names_the_line_to_add() {
    let site = Site::open(environment(Path::new("/srv")), &|_| None).expect("a site");
    let ask = |address: Option<&str>| {
        ProbeSpec::Postgres(PostgresProbe {
            address: address.map(str::to_owned),
            question: PostgresQuestion::Answers,
        })
    };
    assert_said(
        &probe(&ask(None), &site).await,
        Verdict::Error,
        "database is not an endpoint of the environment test",
    );
    assert_said(
        &probe(&ask(Some("db.test:5432")), &site).await,
        Verdict::Error,
        "add `replaces = [\"db.test:5432\"]`",
    );
    assert_said(
        &probe(&ProbeSpec::Clock { within_ms: 1 }, &site).await,
        Verdict::Error,
        "database is not an endpoint",
    );
}

#[test]
fn a_load_is_read_with_its_defaults_and_what_is_wrong_with_one_is_said() {
    let folder = Folder::new();
    let read = |load: &str| {
        let endpoints = "[[endpoints]]\nname = \"api\"\nurl = \"http://127.0.0.1:9\"\n\
                         [[endpoints]]\nname = \"database\"\nurl = \"postgres://127.0.0.1:9/shop\"\n";
        let text = format!("class = \"development\"\nwork_directory = \"/srv\"\n{endpoints}[load]\n{load}\n");
        let file = folder.write("test.toml", text);
        let environment = files::read(&file).map_err(|why| why.to_string())?;
        let site = Site::open(environment, &|_| None).map_err(|why| why.to_string())?;
        Ok::<_, String>(site.environment.load.expect("a load"))
    };
    let page = "endpoints = [{ endpoint = \"api\", path = \"/\" }]";
    let load = read(&format!("rate = 50\nseconds = 60\n{page}")).expect("a load");
    assert_eq!(
        (load.warm_up_seconds, load.concurrency, load.timeout_seconds),
        (5, 64, 10)
    );
    assert_eq!(
        (load.endpoints[0].weight, load.endpoints[0].method.word()),
        (1, "GET")
    );
    let with = |endpoint: &str| format!("rate = 50\nseconds = 60\nendpoints = [{{ {endpoint} }}]");
    let wrong = [
        "rate = 50\nseconds = 60".to_owned(),
        format!("rate = 0\nseconds = 60\n{page}"),
        format!("rate = 10001\nseconds = 60\n{page}"),
        format!("rate = 10000\nseconds = 600\n{page}"),
        format!("rate = -5\nseconds = 60\n{page}"),
        format!("rate = 50\nseconds = 0\n{page}"),
        format!("rate = 50\nseconds = 60\nconcurrency = 2000\n{page}"),
        format!("rate = 50\nseconds = 60\nburst = 7\n{page}"),
        "rate = 50\nseconds = 60\nendpoints = []".to_owned(),
        with("endpoint = \"api\", path = \"/\", method = \"POST\""),
        with("endpoint = \"api\", path = \"/\", weight = 0"),
        with("endpoint = \"api\", path = \"conversations\""),
        with("endpoint = \"api\", path = \"/a b\""),
        with("endpoint = \"elsewhere\", path = \"/\""),
        with("endpoint = \"database\", path = \"/\""),
    ];
    let said: Vec<String> = wrong
        .iter()
        .map(|load| {
            read(load)
                .expect_err("wrong")
                .replace(&folder.path().display().to_string(), "DIR")
        })
        .collect();
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn what_a_file_says_of_windows_is_read_and_checked() {
    let folder = Folder::new();
    let read = |text: &str| {
        let file = folder.path().join("shop.toml");
        std::fs::write(
            &file,
            format!("class = \"staging\"\nwork_directory = \"/srv\"\n{text}"),
        )
        .expect("written");
        files::read(&file).map_err(|error| error.to_string())
    };
    let said = read(
        "[[windows]]\ninterval_seconds = 60\n\n[[windows]]\nminutes = 5\ndelay_seconds = 30\nsteady_seconds = 60\ntimeout_seconds = 4\n",
    );
    let said = said.expect("an environment").windows;
    assert_eq!((said.of(60).interval, said.of(60).delay), (Some(60), None));
    assert_eq!(
        (said.of(5).interval, said.of(5).delay, said.of(5).timeout),
        (Some(60), Some(30), Some(4))
    );
    for (text, wrong) in [
        (
            "[[windows]]\nminutes = 5\ninterval_seconds = 1\n",
            "interval must be 5 s to 50 s here, 1 s are too few",
        ),
        ("[[windows]]\nminutes = 5\n", "says nothing: delay_seconds"),
        (
            "[[windows]]\nevery_seconds = 5\n",
            "unknown field `every_seconds`",
        ),
    ] {
        let error = read(text).expect_err(text);
        assert!(error.contains("shop.toml:") && error.contains(wrong), "{error}");
    }
}
