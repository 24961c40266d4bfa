use crate::support::{Folder, assert_said, endpoint, environment, open, probe};
use domain::probe::{FileProbe, ProbeSpec};
use domain::verdict::Verdict;
use std::net::TcpListener;

#[tokio::test]
async fn a_port_that_nobody_holds_passes() {
    let folder = Folder::new();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("its address").port();
    drop(listener);
    let finding = probe(&ProbeSpec::Port { port }, &open(environment(folder.path()))).await;
    assert_said(&finding, Verdict::Pass, &format!("port {port} is free"));
}

#[tokio::test]
async fn a_port_held_by_a_stranger_fails_and_names_the_process() {
    let folder = Folder::new();
    for address in ["127.0.0.1:0", "0.0.0.0:0", "[::1]:0", "[::]:0"] {
        let Ok(listener) = TcpListener::bind(address) else {
            assert!(address.starts_with('['), "{address} can be bound");
            continue;
        };
        let port = listener.local_addr().expect("its address").port();
        let finding = probe(&ProbeSpec::Port { port }, &open(environment(folder.path()))).await;
        assert_said(&finding, Verdict::Fail, &format!("(pid {})", std::process::id()));
        assert!(
            finding.reason.contains("no endpoint of this environment"),
            "{}",
            finding.reason
        );
    }
}

#[tokio::test]
async fn a_port_held_by_an_endpoint_of_the_environment_passes_and_names_it() {
    let folder = Folder::new();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("its address").port();
    let mut environment = environment(folder.path());
    environment.endpoints = vec![
        endpoint("backend", &format!("http://127.0.0.1:{port}"), &[]),
        endpoint(
            "database",
            "postgres://gonogo@localhost/gonogo?host=/nowhere",
            &[],
        ),
    ];
    let finding = probe(&ProbeSpec::Port { port }, &open(environment)).await;
    assert_said(&finding, Verdict::Pass, "endpoint backend of this environment");
}

#[tokio::test]
async fn memory_and_disk_say_what_there_is_and_what_is_needed() {
    let folder = Folder::new();
    let site = open(environment(folder.path()));
    assert_said(
        &probe(&ProbeSpec::Memory { at_least: 1 }, &site).await,
        Verdict::Pass,
        "available",
    );
    assert_said(
        &probe(&ProbeSpec::Memory { at_least: 1 << 60 }, &site).await,
        Verdict::Fail,
        "needs 1048576 TB",
    );
    let disk = |at_least| ProbeSpec::Disk { path: None, at_least };
    assert_said(&probe(&disk(1), &site).await, Verdict::Pass, "free");
    assert_said(&probe(&disk(u64::MAX), &site).await, Verdict::Fail, "free, needs");
    let elsewhere = ProbeSpec::Disk {
        path: Some("/var".to_owned()),
        at_least: 1,
    };
    assert_said(
        &probe(&elsewhere, &site).await,
        Verdict::Error,
        "add `/var` to `paths`",
    );
}

#[tokio::test]
async fn the_weakest_answer_of_several_counts_and_every_reason_is_kept() {
    let folder = Folder::new();
    folder.write("there", "");
    let site = open(environment(folder.path()));
    let file = |path: &str| {
        ProbeSpec::File(FileProbe {
            path: path.to_owned(),
            rules: Vec::new(),
        })
    };
    let all = |specs: &[ProbeSpec]| ProbeSpec::All(specs.to_vec());
    let finding = probe(
        &all(&[file("there"), file("gone"), file("/etc/passwd"), file("lost")]),
        &site,
    )
    .await;
    assert_said(
        &finding,
        Verdict::Fail,
        "gone does not exist; lost does not exist",
    );
    assert!(
        finding.evidence.found.contains("outside of the work directory"),
        "{finding:#?}"
    );
    assert_said(
        &probe(&all(&[file("there"), file("/etc/passwd")]), &site).await,
        Verdict::Error,
        "/etc/passwd",
    );
    assert_said(
        &probe(&all(&[file("there"), all(&[file("there")])]), &site).await,
        Verdict::Pass,
        "there exists",
    );
    assert_said(
        &probe(&all(&[]), &site).await,
        Verdict::NoData,
        "nothing is asked",
    );
    let many = all(&vec![file("there"); 500]);
    assert_said(&probe(&many, &site).await, Verdict::Pass, "there exists");
    let deep = (0..100).fold(file("there"), |inner, _| all(&[inner]));
    assert_said(&probe(&deep, &site).await, Verdict::Error, "too deep");
}

#[tokio::test]
async fn somebody_listens_on_a_port_or_nobody_does() {
    let folder = Folder::new();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("its address").port();
    let ask = ProbeSpec::Listening { port };
    let site = open(environment(folder.path()));
    assert_said(
        &probe(&ask, &site).await,
        Verdict::Pass,
        &format!("(pid {})", std::process::id()),
    );
    drop(listener);
    assert_said(&probe(&ask, &site).await, Verdict::Fail, "nothing listens");
}
