//! `gonogo check --fix`: the patch applies, compiles, and silences what it is for.

use crate::support::codes;
use checklist::check::{Answer, check};
use checklist::fix::{apply, patch, suggest};
use rstest::rstest;
use std::path::PathBuf;
use std::process::Command;

fn fixed(text: &str) -> String {
    apply(text, &suggest(text.as_bytes()))
}

#[rstest]
#[case(
    "GNG004",
    "- [ ] Run `frobnicate --all`\n",
    "- [ ] Run `frobnicate --all` <!-- gonogo: action -->\n"
)]
#[case(
    "GNG005",
    "- [ ] x <!-- gonogo: optinal -->\n",
    "- [ ] x <!-- gonogo: optional -->\n"
)]
#[case(
    "GNG007",
    "# Deploy\n\n1. Build it\n2. Start it\n",
    "# Deploy\n\n1. [ ] Build it\n2. [ ] Start it\n"
)]
#[case(
    "GNG011",
    "- [ ] `docker-compose exec redis redis-cli ping`\n",
    "- [ ] `docker-compose exec -T redis redis-cli ping`\n"
)]
#[case(
    "GNG012",
    "- [ ] `curl http://localhost/health`\n",
    "- [ ] `curl -fsS http://localhost/health`\n"
)]
#[case(
    "GNG018",
    "- [ ] `pg_dump app > b_$(date +%F).sql`\n",
    "- [ ] `pg_dump app > b_$(date +%F_%H%M%S).sql`\n"
)]
#[case("GNG019", "- [ ] `cp .env .env.backup`\n", "- [ ] `cp -n .env .env.backup`\n")]
#[case(
    "GNG021",
    "- [ ] `docker-compose -f a.yml restart web`\n",
    "- [ ] `docker-compose -f a.yml up -d --force-recreate web`\n"
)]
#[case(
    "GNG023",
    "- [ ] `git checkout <old-commit>`\n",
    "- [ ] `git checkout \"$GONOGO_OLD_COMMIT\"`\n"
)]
#[case(
    "GNG024",
    "- [ ] `docker-compose -f a.yml logs -f web`\n",
    "- [ ] `docker-compose -f a.yml logs web`"
)]
#[case(
    "GNG024",
    "- [ ] Run `docker-compose up`\n",
    "- [ ] Run `docker-compose up -d`\n"
)]
#[case(
    "GNG031",
    "- [ ] `sudo apt-get install nginx`\n",
    "- [ ] `sudo apt-get install -y nginx`\n"
)]
#[case(
    "GNG032",
    "- [ ] Run `npm run migrate || true`\n",
    "- [ ] Run `npm run migrate`\n"
)]
#[case(
    "GNG040",
    "- [ ] Review `git log -5`\n",
    "- [ ] Review `git log -5` <!-- gonogo: attest -->\n"
)]
#[case(
    "GNG052",
    "- [ ] Sound: `python manage.py check`\n",
    "- [ ] Sound: `python manage.py check` <!-- gonogo: probe -->\n"
)]
#[case(
    "GNG049",
    "- [ ] `curl -X POST http://localhost/x`\n",
    "- [ ] `curl -fsS -X POST http://localhost/x`\n"
)]
#[case(
    "GNG004",
    "## Phase 1: x\n\n```bash\nfrobnicate --all\n```\n",
    "## Phase 1: x\n\n```bash\n# gonogo: action\nfrobnicate --all\n```\n"
)]
#[case(
    "GNG004",
    "- [ ] Run `frobnicate --all`  \r\n- [ ] y\r\n",
    "- [ ] Run `frobnicate --all` <!-- gonogo: action -->  \r\n- [ ] y\r\n"
)]
fn a_suggestion_silences_its_finding(#[case] code: &str, #[case] text: &str, #[case] expected: &str) {
    assert!(
        codes(text).iter().any(|found| found == code),
        "{code} is not found in {text}: {:?}",
        codes(text)
    );
    let after = fixed(text);
    assert!(after.starts_with(expected), "{after}");
    assert!(
        codes(&after)
            .iter()
            .all(|found| found != code && found != "GNG006"),
        "{after}: {:?}",
        codes(&after)
    );
}

#[rstest]
#[case("- [ ] Both `frobnicate a` and `frobnicate b`\n")]
#[case("- [ ] `vim .env`\n")]
#[case("- [ ] `make deploy TARGET='<name>'`\n")]
#[case("- [ ] fine\n")]
#[case("- [ ] Error rate < 1%\n")]
#[case("- [ ] Run `echo done`\n")]
#[case("- [ ] The log says so: `git log -5`\n")]
#[case("- [ ] Rendered: `docker compose config`\n")]
#[case("- [ ] Plan: `snyk container test web`\n")]
#[case("")]
fn what_cannot_be_mended_without_thought_is_left_alone(#[case] text: &str) {
    assert_eq!(fixed(text), text);
}

#[test]
fn a_document_that_is_not_plain_text_is_not_patched() {
    assert!(suggest(b"- [ ] `cp .env .env.backup` \xff\n").is_empty());
    assert!(suggest(b"- [ ] `cp .env .env.backup` \0\n").is_empty());
}

/// Documents that are patched with `git apply`.
const DOCUMENTS: &[&str] = &[
    "- [ ] `cp .env .env.backup`",
    "\u{feff}- [ ] `cp .env .env.backup`\n- [ ] a\n- [ ] b\n- [ ] c\n- [ ] d\n- [ ] e\n- [ ] f\n- [ ] g\n- [ ] h\n- [ ] Run `frobnicate x`\n",
    "# A\r\n\r\n- [ ] `cp .env .env.backup`\r\n\r\n```bash\r\nfrobnicate x\r\n```\r\n",
];

#[test]
fn the_patch_applies_with_git() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("patch");
    let shipped =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../checklists/performance-optimization.md");
    let shipped = std::fs::read_to_string(shipped).expect("the reference checklist");
    let documents = DOCUMENTS.iter().copied().chain([shipped.as_str()]);
    for (number, text) in documents.enumerate() {
        let folder = folder.join(number.to_string());
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("a folder");
        let name = "a check list.md";
        std::fs::write(folder.join(name), text).expect("the document");
        let fixes = suggest(text.as_bytes());
        assert!(!fixes.is_empty(), "{text}");
        std::fs::write(folder.join("fix.patch"), patch(text, &fixes, name)).expect("the patch");
        let git = |args: &[&str]| {
            let mut git = Command::new("git");
            let done = git
                .args(args)
                .current_dir(&folder)
                .env("GIT_CONFIG_GLOBAL", "/dev/null")
                .output()
                .expect("git");
            assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        };
        git(&["init", "-q"]);
        git(&["apply", "--whitespace=nowarn", "fix.patch"]);
        let patched = std::fs::read_to_string(folder.join(name)).expect("the document");
        assert_eq!(patched, apply(text, &fixes));
        assert_eq!(
            suggest(patched.as_bytes()),
            [],
            "a second patch has nothing to do"
        );
    }
}

#[test]
fn a_name_that_a_terminal_would_obey_is_quoted() {
    let text = "- [ ] `cp .env .env.backup`\n";
    let diff = patch(text, &suggest(text.as_bytes()), "../a\u{1b}[31m\n+++ b/x\".md");
    assert!(
        diff.starts_with("--- \"a/a\\033[31m\\012+++ b/x\\042.md\"\n"),
        "{diff}"
    );
    assert!(!diff.contains('\u{1b}'));
}

#[test]
fn check_prints_a_patch_and_nothing_where_there_is_none() {
    assert_eq!(check("x.md", b"- [ ] fine\n", Answer::Patch).text, "");
    let patch = check("x.md", b"- [ ] `cp .env .env.backup`\n", Answer::Patch).text;
    assert_eq!(
        patch,
        "--- a/x.md\n+++ b/x.md\n@@ -1,1 +1,1 @@\n-- [ ] `cp .env .env.backup`\n+- [ ] `cp -n .env .env.backup`\n"
    );
}
