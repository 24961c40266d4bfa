//! What stands under a heading or a label that forbids it never passes because it is there, and nobody is offered to do it.

use crate::support::plan;
use checklist::report::mark;
use domain::plan::{Item, Work};
use rstest::rstest;

fn under(head: &str, line: &str) -> Item {
    let text = format!("# T\n\n## Phase 1: x\n\n{head}\n\n- [ ] {line}\n");
    let plan = plan(&text);
    plan.items().last().expect("an item").clone()
}

const LINES: [&str; 8] = [
    "`DEBUG=true`",
    "`curl http://localhost:8000/admin`",
    "`curl http://localhost:8000/debug` returns 200",
    "`docker ps | grep old`",
    "`backup.sql` exists",
    "Port 8000 available",
    "Python 3.12+ available",
    "Run `npm run seed`",
];

#[rstest]
#[case("**Must not contain:**")]
#[case("The image must not contain:")]
#[case("### Not allowed in production")]
#[case("### Not for production")]
#[case("**Do not deploy if:**")]
#[case("**Never in production:**")]
#[case("**Forbidden**")]
#[case("- [ ] The image must not contain:\n")]
#[case("### Darf nicht enthalten")]
#[case("**Verboten:**")]
#[case("**Ne doit pas contenir :**")]
#[case("**No debe contener:**")]
#[case("**Não deve conter:**")]
#[case("### 禁止")]
#[case("**Не должно быть:**")]
fn under_words_that_forbid_a_line_is_somebodys_word(#[case] head: &str) {
    for line in LINES {
        let line = if head.starts_with("- [ ]") {
            format!("  - [ ] {line}")
        } else {
            format!("- [ ] {line}")
        };
        let text = format!("# T\n\n## Phase 1: x\n\n{head}\n{line}\n");
        let text = if head.starts_with("- [ ]") {
            text.replace(":\n\n  -", ":\n  -")
        } else {
            text.replace(&format!("{head}\n"), &format!("{head}\n\n"))
        };
        let plan = plan(&text);
        let item = plan.items().last().expect("an item");
        assert_eq!(item.work, Work::Attestation, "{head} {line}: {}", item.why);
    }
}

#[test]
fn a_command_of_a_block_under_such_words_is_no_check_that_passes() {
    let text = "## Phase 1: x\n\n- [ ] a\n\n**Must not contain:**\n\n```bash\ndocker-compose ps redis | grep Up\nnpm run seed\n```\n";
    let plan = plan(text);
    let checks = &plan.sections[0].checks;
    assert_eq!(checks.len(), 2);
    assert!(
        checks.iter().all(|check| check.work == Work::Attestation),
        "{checks:#?}"
    );
}

#[rstest]
#[case("**Must not contain:**", "`grep DEBUG config.yaml` is empty")]
#[case("**Must not contain:**", "`docker-compose logs web | grep -i error` is empty")]
#[case("**Not allowed:**", "`old.conf` is removed")]
fn a_line_that_says_itself_that_nothing_is_there_is_still_read(#[case] head: &str, #[case] line: &str) {
    let item = under(head, line);
    assert!(matches!(item.work, Work::Probe { .. }), "{}", item.why);
}

#[rstest]
#[case("**Do not skip:**")]
#[case("### Do not deploy until")]
#[case("**Must not start without:**")]
#[case("### Never forget")]
#[case("### Zero-downtime deployment")]
#[case("### Without Docker")]
#[case("### Stop the old service")]
fn other_words_leave_a_line_as_it_is(#[case] head: &str) {
    let item = under(head, "`curl http://localhost:8000/health` returns 200");
    assert_eq!(mark(&item.work), "[native]", "{head}: {}", item.why);
}

#[test]
fn an_annotation_wins_over_the_heading() {
    let item = under(
        "**Must not contain:**",
        "`DEBUG` <!-- gonogo: file dump.sql absent -->",
    );
    assert!(matches!(item.work, Work::Probe { .. }), "{}", item.why);
}
