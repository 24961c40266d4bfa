use super::judge;
use crate::sockets::{Listener, Process};
use domain::verdict::Verdict::{Fail, Pass};

fn listener(address: &str, process: Option<(&str, u32)>) -> Listener {
    let process = process.map(|(name, pid)| Process {
        name: name.to_owned(),
        pid,
    });
    Listener {
        address: address.to_owned(),
        process,
    }
}

#[test]
fn free_own_and_foreign_ports_are_told_apart() {
    let both = [
        listener("0.0.0.0", Some(("docker-proxy", 7))),
        listener("[::]", Some(("docker-proxy", 8))),
    ];
    let cases = [
        (judge(8080, &[], None), Pass, "port 8080 is free"),
        (judge(8080, &[], Some("gonogo")), Pass, "port 8080 is free"),
        (
            judge(
                8080,
                &[listener("127.0.0.1", Some(("gonogo", 4711)))],
                Some("gonogo"),
            ),
            Pass,
            "port 8080 is held by gonogo (pid 4711), endpoint gonogo of this environment",
        ),
        (
            judge(6379, &both, None),
            Fail,
            "port 6379 is held by docker-proxy (pid 7) and docker-proxy (pid 8) on 0.0.0.0 and [::], which is no endpoint of this environment",
        ),
        (
            judge(22, &[listener("0.0.0.0", None)], None),
            Fail,
            "port 22 is held by a process that this user may not see on 0.0.0.0, which is no endpoint of this environment",
        ),
    ];
    for (judgement, verdict, reason) in cases {
        assert_eq!((judgement.verdict, judgement.reason.as_str()), (verdict, reason));
    }
}
