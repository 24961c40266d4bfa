use crate::git::git;
use crate::support::{Folder, context};
use probe::git_branch::{Added, GitBranch, NotAdded};

const REFERENCE: &str = "refs/heads/kept";

fn file(name: &str, content: &str) -> Added {
    Added {
        folder: "run-7".to_owned(),
        name: name.to_owned(),
        ending: ".json".to_owned(),
        content: content.to_owned(),
    }
}

/// A bare repository, and a folder for copies of it.
struct Bench {
    folder: Folder,
    repository: String,
}

impl Bench {
    fn new() -> Self {
        let folder = Folder::new();
        git(folder.path(), &["init", "-q", "--bare", "theirs"]);
        let repository = folder.path().join("theirs").display().to_string();
        Self { folder, repository }
    }

    fn branch(&self, copy: &str) -> GitBranch {
        let copy = self.folder.path().join(copy);
        GitBranch::new(self.repository.clone(), "kept", copy, &context())
    }

    fn theirs(&self, arguments: &[&str]) -> String {
        git(&self.folder.path().join("theirs"), arguments)
    }

    fn commits(&self) -> usize {
        self.theirs(&["rev-list", REFERENCE]).lines().count()
    }

    /// The contents of all files, by name.
    fn contents(&self) -> Vec<String> {
        let names = self.theirs(&["ls-tree", "-r", "--name-only", REFERENCE]);
        let content = |name: &str| self.theirs(&["show", &format!("{REFERENCE}:{name}")]);
        names.lines().map(content).collect()
    }
}

#[tokio::test]
async fn a_file_is_added_once_however_often_it_is_asked_for() {
    let bench = Bench::new();
    let branch = bench.branch("copy");
    branch.add(&[file("1", "one\n")], "first").await.expect("added");
    for _ in 0..2 {
        let both = [file("1", "one\n"), file("2", "two\n")];
        branch.add(&both, "second").await.expect("added");
    }
    assert_eq!(bench.commits(), 2);
    assert_eq!(bench.contents(), ["one", "two"]);
    let names = bench.theirs(&["ls-tree", "-r", "--name-only", REFERENCE]);
    let hash = bench.theirs(&[
        "rev-parse",
        &format!("{REFERENCE}:{}", names.lines().next().unwrap_or_default()),
    ]);
    assert!(
        names.starts_with(&format!("run-7/1-{}.json\n", &hash[..12])),
        "{names}"
    );
    assert_eq!(
        bench.theirs(&["log", "-1", "--format=%an %s", REFERENCE]),
        "Gonogo second"
    );
    // Another content under the same name hides nothing.
    branch
        .add(&[file("1", "another\n")], "third")
        .await
        .expect("added");
    assert_eq!(bench.contents().len(), 3);
}

#[tokio::test]
async fn whoever_died_after_the_push_or_lost_the_copy_goes_on_after_what_is_there() {
    let bench = Bench::new();
    let branch = bench.branch("copy");
    branch.add(&[file("1", "one")], "first").await.expect("added");
    let before = bench.theirs(&["rev-parse", REFERENCE]);
    branch.add(&[file("2", "two")], "second").await.expect("added");
    let copy = bench.folder.path().join("copy");
    git(&copy, &["update-ref", REFERENCE, &before]);
    std::fs::write(copy.join("adding.index.lock"), "").expect("left behind");
    branch.add(&[file("2", "two")], "second").await.expect("added");
    assert_eq!(bench.commits(), 2);
    let other = bench.branch("another-copy");
    other.add(&[file("2", "two")], "second").await.expect("added");
    assert_eq!(bench.commits(), 2);
    other.add(&[file("3", "three")], "third").await.expect("added");
    branch.add(&[file("4", "four")], "fourth").await.expect("added");
    assert_eq!(bench.contents(), ["one", "two", "three", "four"]);
    assert_eq!(bench.commits(), 4);
}

#[tokio::test]
async fn nothing_is_added_to_a_branch_that_was_rewritten_set_back_or_taken_away() {
    let bench = Bench::new();
    let branch = bench.branch("copy");
    branch.add(&[file("1", "one")], "first").await.expect("added");
    let first = bench.theirs(&["rev-parse", REFERENCE]);
    branch.add(&[file("2", "two")], "second").await.expect("added");
    let second = bench.theirs(&["rev-parse", REFERENCE]);
    let tree = bench.theirs(&["rev-parse", &format!("{second}^{{tree}}")]);
    let forged = bench.theirs(&["commit-tree", &tree, "-p", &first, "-m", "second"]);
    for found in [&first, &forged] {
        bench.theirs(&["update-ref", REFERENCE, found]);
        let refused = branch
            .add(&[file("3", "three")], "third")
            .await
            .expect_err("rewritten");
        let wanted = NotAdded::Rewritten {
            branch: "kept".to_owned(),
            left: second.clone(),
            found: found.clone(),
            copy: bench.folder.path().join("copy"),
        };
        assert_eq!(refused, wanted);
        assert_eq!(
            &bench.theirs(&["rev-parse", REFERENCE]),
            found,
            "nothing is written"
        );
    }
    bench.theirs(&["update-ref", "-d", REFERENCE]);
    let refused = branch
        .add(&[file("3", "three")], "third")
        .await
        .expect_err("gone");
    assert!(
        matches!(&refused, NotAdded::Rewritten { found, .. } if found == "gone"),
        "{refused}"
    );
    // Put back from the copy, as the refusal says, it goes on.
    let copy = bench.folder.path().join("copy");
    git(
        &copy,
        &["push", "-q", &bench.repository, &format!("{second}:{REFERENCE}")],
    );
    branch.add(&[file("3", "three")], "third").await.expect("added");
    assert_eq!(bench.commits(), 3);
}

#[tokio::test]
async fn a_repository_that_is_not_there_or_refuses_is_told_of_in_the_words_of_git_and_has_it_later() {
    let bench = Bench::new();
    let (theirs, away) = (
        bench.folder.path().join("theirs"),
        bench.folder.path().join("away"),
    );
    let branch = bench.branch("copy");
    std::fs::rename(&theirs, &away).expect("moved");
    let refused = branch
        .add(&[file("1", "one")], "first")
        .await
        .expect_err("not there");
    assert!(
        refused.to_string().starts_with("git ls-remote: exit code 128: "),
        "{refused}"
    );
    assert!(
        refused
            .to_string()
            .contains("does not appear to be a git repository"),
        "{refused}"
    );
    std::fs::rename(&away, &theirs).expect("moved");
    let hook = theirs.join("hooks/pre-receive");
    std::fs::create_dir_all(theirs.join("hooks")).expect("a folder");
    std::fs::write(&hook, "#!/bin/sh\necho not today >&2\nexit 1\n").expect("a hook");
    git(&theirs, &["config", "core.hooksPath", "hooks"]);
    executable(&hook);
    let refused = branch
        .add(&[file("1", "one")], "first")
        .await
        .expect_err("refused");
    assert!(refused.to_string().contains("not today"), "{refused}");
    std::fs::remove_file(&hook).expect("removed");
    branch.add(&[file("1", "one")], "first").await.expect("added");
    assert_eq!((bench.commits(), bench.contents()), (1, vec!["one".to_owned()]));
}

fn executable(file: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o755)).expect("executable");
}
