//! A block of code after a command shows what it must print.

use checklist::{Compiled, compile};
use domain::plan::Work;
use domain::probe::{HttpProbe, JsonField, JsonHolds, ProbeSpec, ShellProbe, TextRule};

fn compiled(text: &str) -> Compiled {
    compile(format!("## Phase 1: x\n\n{text}").as_bytes())
}

/// What settles the last check, or the only box.
fn work(text: &str) -> Work {
    let compiled = compiled(text);
    let section = compiled.plan.sections.last().expect("a section");
    match section.checks.last() {
        Some(check) => check.work.clone(),
        None => section.items.last().expect("a box").work.clone(),
    }
}

fn body(text: &str) -> Vec<TextRule> {
    match work(text) {
        Work::Probe {
            spec: ProbeSpec::Http(HttpProbe { body, .. }),
        } => body,
        Work::Probe {
            spec: ProbeSpec::Shell(ShellProbe { rules, .. }),
        } => rules,
        other => panic!("{text}: {other:?}"),
    }
}

fn ok() -> Vec<TextRule> {
    vec![TextRule::Json(vec![JsonField {
        pointer: "/status".to_owned(),
        holds: JsonHolds::Is("\"ok\"".to_owned()),
    }])]
}

#[test]
fn json_after_a_command_is_matched_in_part() {
    for text in [
        "```bash\ncurl http://localhost:1/health\n```\n\nExpected response:\n```json\n{\"status\": \"ok\"}\n```\n",
        "```bash\ncurl http://localhost:1/health\n```\n```json\n{\"status\": \"ok\"}\n```\n",
        "```bash\ncurl http://localhost:1/health\n```\n\n**Expected output:**\n\n```\n{\n  \"status\": \"ok\",\n  ...\n}\n```\n",
        "```bash\ncurl http://localhost:1/health\n# Expected: {\"status\": \"ok\"}\n```\n",
        "- [ ] Healthy: `curl http://localhost:1/health` returns `{\"status\":\"ok\"}`\n",
        "- [ ] `curl http://localhost:1/health` returns:\n  ```json\n  {\"status\": \"ok\"}\n  ```\n",
        "- [ ] Healthy\n  ```bash\n  curl http://localhost:1/health\n  ```\n  Expected:\n  ```json\n  {\"status\": \"ok\"}\n  ```\n",
    ] {
        assert_eq!(body(text), ok(), "{text}");
    }
}

#[test]
fn a_line_after_a_command_must_be_in_its_output() {
    let text = "```bash\ncat VERSION.txt | sort\n```\nExpected output:\n```\nready\n```\n";
    assert_eq!(body(text), [TextRule::Contains("ready".to_owned())]);
}

#[test]
fn an_example_of_an_output_is_not_compared() {
    let table = "```\nNAME   STATE\nweb    Up 3 minutes\n```\n";
    let shown = |command: &str| work(&format!("```bash\n{command}\n```\nSample output:\n{table}"));
    assert_eq!(shown("curl http://localhost:1/jobs"), Work::Attestation);
    // What is judged without the example stays judged.
    assert!(matches!(
        shown("docker-compose ps"),
        Work::Probe {
            spec: ProbeSpec::Docker(_)
        }
    ));
}

#[test]
fn a_block_that_no_words_announce_is_no_output() {
    let text = "```bash\ncurl http://localhost:1/health\n```\nThen tell the team.\n```\nready\n```\n";
    assert_eq!(body(text), []);
    let text = "```bash\ncurl http://localhost:1/health\n```\n```yaml\nstatus: ok\n```\n";
    assert_eq!(body(text), []);
}
