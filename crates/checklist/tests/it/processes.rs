//! Processes and units of systemd are asked natively.

use checklist::compile;
use domain::plan::{Item, Work};
use domain::probe::ProbeSpec;
use rstest::rstest;

fn item(line: &str) -> Item {
    let compiled = compile(format!("## Phase 1: x\n\n- [ ] {line}\n").as_bytes());
    compiled.plan.items().next().expect("an item").clone()
}

#[rstest]
#[case("Web: `systemctl is-active nginx`", "the systemd unit nginx is active")]
#[case(
    "Web: `systemctl is-active --quiet nginx.service`",
    "the systemd unit nginx.service is active"
)]
#[case("Web: `systemctl is-enabled nginx`", "the systemd unit nginx is enabled")]
#[case(
    "Web: `systemctl status nginx` shows `active (running)`",
    "the systemd unit nginx is active and running"
)]
#[case(
    "`nginx.service` is active",
    "the systemd unit nginx.service is active and running"
)]
#[case("systemd unit `web` enabled", "the systemd unit web is enabled")]
#[case(
    "Worker: `pgrep -f celery`",
    "a process with \"celery\" in its command line runs"
)]
#[case("Worker: `pgrep -x nginx`", "a process nginx runs")]
#[case("Worker: `pidof nginx`", "a process nginx runs")]
#[case("Worker: `pgrep nginx`", "a process with \"nginx\" in its name runs")]
#[case(
    "At least 3 workers: `pgrep -fc worker`",
    "a process with \"worker\" in its command line runs ≥ 3 times"
)]
#[case(
    "Worker: `ps aux | grep celery`",
    "a process with \"celery\" in its command line runs"
)]
#[case(
    "Worker: `ps -ef | grep -v grep | grep celery`",
    "a process with \"celery\" in its command line runs"
)]
#[case("`gunicorn` process running", "a process gunicorn runs")]
#[case("Up <!-- gonogo: process nginx >=2 -->", "a process nginx runs ≥ 2 times")]
#[case(
    "Up <!-- gonogo: process command=\"old worker\" =0 -->",
    "a process with \"old worker\" in its command line does not run"
)]
#[case(
    "Up <!-- gonogo: unit nginx running -->",
    "the systemd unit nginx is active and running"
)]
fn the_machine_is_asked(#[case] line: &str, #[case] asked: &str) {
    let item = item(line);
    let native = matches!(
        &item.work,
        Work::Probe {
            spec: ProbeSpec::Unit(_) | ProbeSpec::Process(_)
        }
    );
    assert!(
        native && item.why.contains(asked),
        "{line}: {:?}: {}",
        item.work,
        item.why
    );
}

#[rstest]
#[case("`nginx.service` file created and enabled")]
#[case("`web` process running on every host")]
#[case("Old worker stopped: `systemctl is-active old-worker`")]
fn what_the_machine_does_not_show_is_no_question_to_it(#[case] line: &str) {
    let item = item(line);
    let asked = matches!(
        &item.work,
        Work::Probe {
            spec: ProbeSpec::Unit(_) | ProbeSpec::Process(_)
        }
    );
    assert!(!asked, "{line}: {}", item.why);
}
