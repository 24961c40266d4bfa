//! Whose a file is, and what its content comes to.

use checklist::compile;
use domain::plan::{Item, Work};
use domain::probe::ProbeSpec;
use rstest::rstest;

fn item(line: &str) -> Item {
    let compiled = compile(format!("## Phase 1: x\n\n- [ ] {line}\n").as_bytes());
    compiled.plan.items().next().expect("an item").clone()
}

const SUM: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

#[rstest]
#[case(
    "`/etc/app/app.conf` is owned by root",
    "file /etc/app/app.conf: belongs to root"
)]
#[case(
    "`config/app.yml` owned by `deploy:web`",
    "file config/app.yml: belongs to deploy, belongs to the group web"
)]
#[case(
    "`config/app.yml` owned by the deploy user",
    "file config/app.yml: belongs to deploy"
)]
#[case(
    "Owner: `stat -c %U config/app.yml` is `deploy`",
    "file config/app.yml: belongs to deploy"
)]
#[case(
    "Owner: `stat -c '%U:%G' config/app.yml` returns `deploy:web`",
    "file config/app.yml: belongs to deploy, belongs to the group web"
)]
#[case(
    "Whole: `sha256sum -c SHA256SUMS`",
    "file SHA256SUMS: every file that it lists has the SHA-256 that it names"
)]
#[case(
    "Whole: `shasum -a 256 -c dist/SUMS`",
    "file dist/SUMS: every file that it lists has the SHA-256 that it names"
)]
#[case("SHA-256 of `app.tar.gz` is `{sum}`", "file app.tar.gz: its SHA-256 is {sum}")]
#[case(
    "`sha256sum dist/app.tar.gz` shows `{sum}`",
    "file dist/app.tar.gz: its SHA-256 is {sum}"
)]
#[case(
    "Whole <!-- gonogo: file a.bin sha256={sum} -->",
    "file a.bin: its SHA-256 is {sum}"
)]
#[case(
    "Whole <!-- gonogo: file SUMS checksums -->",
    "file SUMS: every file that it lists has the SHA-256 that it names"
)]
#[case(
    "Ours <!-- gonogo: file a.conf owner=:web -->",
    "file a.conf: belongs to the group web"
)]
fn a_file_is_asked_natively(#[case] line: &str, #[case] asked: &str) {
    let (line, asked) = (line.replace("{sum}", SUM), asked.replace("{sum}", SUM));
    let item = item(&line);
    let file = matches!(
        &item.work,
        Work::Probe {
            spec: ProbeSpec::File(_)
        }
    );
    assert!(
        file && item.why.contains(&asked),
        "{line}: {:?}: {}",
        item.work,
        item.why
    );
}

#[rstest]
#[case("`README.md` is owned by the docs team")]
#[case("Runbook owner: somebody of the team")]
fn who_answers_for_a_document_is_no_user_of_the_machine(#[case] line: &str) {
    assert_eq!(item(line).work, Work::Attestation, "{}", item(line).why);
}

#[rstest]
#[case("No secrets committed")]
#[case("`.env` is not committed")]
#[case("No private keys in the repository")]
#[case("Safe <!-- gonogo: git no-secrets -->")]
fn git_is_asked_for_secrets(#[case] line: &str) {
    let item = item(line);
    let asked = matches!(
        &item.work,
        Work::Probe {
            spec: ProbeSpec::Git(_)
        }
    );
    let words = "git: no file that holds secrets by its name, no private key, no token of a known shape";
    assert!(
        asked && item.why.contains(words),
        "{line}: {:?}: {}",
        item.work,
        item.why
    );
}

#[rstest]
#[case("No secrets committed or hardcoded")]
#[case("No secrets in code")]
#[case("Git history scanned: no secrets committed")]
fn what_files_and_shapes_do_not_show_is_somebodys_word(#[case] line: &str) {
    assert_eq!(item(line).work, Work::Attestation, "{}", item(line).why);
}
