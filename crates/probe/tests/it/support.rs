//! A site over a temporary folder, and servers that behave as badly as a test wants.

use domain::environment::{Class, Endpoint, Environment};
use domain::probe::{HttpProbe, ProbeSpec, StatusRule};
use domain::verdict::{Finding, Verdict};
use probe::{CancellationToken, Context, Prober, Site};
use std::collections::BTreeMap;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};

/// A folder that is removed with the test.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("gonogo-probe-{}-{number}", std::process::id()));
        std::fs::create_dir(&path).expect("a new folder");
        Self(path.canonicalize().expect("it exists"))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        std::fs::write(&path, content).expect("a file");
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub fn environment(work_directory: &Path) -> Environment {
    Environment {
        name: "test".to_owned(),
        title: String::new(),
        class: Class::Development,
        work_directory: work_directory.display().to_string(),
        parameters: BTreeMap::new(),
        endpoints: Vec::new(),
        kubernetes: None,
        load: None,
        windows: Default::default(),
        latency: None,
        paths: Vec::new(),
        variables: BTreeMap::new(),
        secrets: BTreeMap::new(),
        shell: ["bash", "--noprofile", "--norc", "-o", "pipefail", "-c"]
            .map(str::to_owned)
            .to_vec(),
        action_minutes: None,
        published: Vec::new(),
        served_by: Vec::new(),
        keep_images: false,
        automatic_rollback: None,
        webhooks: Vec::new(),
    }
}

pub fn endpoint(name: &str, url: &str, replaces: &[&str]) -> Endpoint {
    Endpoint {
        name: name.to_owned(),
        url: url.to_owned(),
        replaces: replaces.iter().map(|written| (*written).to_owned()).collect(),
    }
}

pub fn open(environment: Environment) -> Site {
    Site::open(environment, &|_| None).expect("a site")
}

/// A site with one HTTP endpoint that documents call `backend:8000`, and deadlines that a test can wait for.
pub fn site_of(server: std::net::SocketAddr) -> Site {
    let mut environment = environment(&std::env::temp_dir());
    environment.endpoints = vec![endpoint(
        "backend",
        &format!("http://{server}"),
        &["backend:8000"],
    )];
    Site {
        deadline: Duration::from_millis(500),
        ..open(environment)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the commands of the tests are found in the PATH of the tests"
)]
pub fn context() -> Context {
    Context::of_this_machine(&|name| std::env::var(name).ok())
}

/// Probes with a deadline of the test's own: a probe that hangs fails it.
pub async fn probe(spec: &ProbeSpec, site: &Site) -> Finding {
    probe_until(spec, site, CancellationToken::new()).await
}

pub async fn probe_until(spec: &ProbeSpec, site: &Site, cancel: CancellationToken) -> Finding {
    let prober = Prober::new(context());
    let probing = prober.probe(spec, site, cancel);
    tokio::time::timeout(Duration::from_secs(30), probing)
        .await
        .expect("a probe never hangs")
}

pub fn get(url: &str) -> HttpProbe {
    HttpProbe {
        url: url.to_owned(),
        status: StatusRule::Success,
        body: Vec::new(),
        filters: Vec::new(),
        within_ms: None,
        secure_or_loopback: false,
        headers: Vec::new(),
        response: Vec::new(),
    }
}

/// The verdict and the reason, for one assertion.
pub fn said(finding: &Finding) -> (Verdict, &str) {
    (finding.verdict, finding.reason.as_str())
}

#[track_caller]
pub fn assert_said(finding: &Finding, verdict: Verdict, part: &str) {
    assert!(
        finding.verdict == verdict && finding.reason.contains(part),
        "{:?} with “{part}” expected: {finding:#?}",
        verdict
    );
}

/// A server that does `serve` with each connection.
pub async fn server<F, Served>(serve: F) -> std::net::SocketAddr
where
    F: Fn(TcpStream) -> Served + Send + 'static,
    Served: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("its address");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream));
        }
    });
    address
}
