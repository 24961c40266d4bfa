use crate::support::{Folder, assert_said, context, environment, open, probe};
use domain::probe::{GitQuestion, ProbeSpec};
use domain::verdict::Verdict;
use std::path::Path;

pub fn git(folder: &Path, arguments: &[&str]) -> String {
    let path = context().variables.remove("PATH").expect("a path");
    let output = std::process::Command::new("git")
        .args([
            "-c",
            "user.name=Test",
            "-c",
            "user.email=test@example.test",
            "-c",
            "init.defaultBranch=main",
        ])
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .envs([("PATH", path.as_str()), ("HOME", "/nowhere")])
        .output()
        .expect("git");
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

pub fn repository() -> Folder {
    let folder = Folder::new();
    git(folder.path(), &["init", "-q"]);
    folder.write("app.py", "print()\n");
    git(folder.path(), &["add", "."]);
    git(folder.path(), &["commit", "-qm", "first"]);
    git(folder.path(), &["tag", "v1"]);
    folder
}

#[tokio::test]
async fn a_clean_work_tree_passes_and_names_head() {
    let folder = repository();
    let head = git(folder.path(), &["rev-parse", "HEAD"]);
    let site = open(environment(folder.path()));
    assert_said(
        &probe(&ProbeSpec::Git(GitQuestion::Clean), &site).await,
        Verdict::Pass,
        &format!("HEAD is {head}"),
    );
}

#[tokio::test]
async fn uncommitted_and_unknown_files_fail_by_name() {
    let folder = repository();
    folder.write("app.py", "print(1)\n");
    folder.write("new file.txt", "");
    let finding = probe(
        &ProbeSpec::Git(GitQuestion::Clean),
        &open(environment(folder.path())),
    )
    .await;
    assert_said(
        &finding,
        Verdict::Fail,
        "app.py not committed; new file.txt not known to git",
    );
}

#[tokio::test]
async fn branch_and_release_are_compared() {
    let folder = repository();
    let site = open(environment(folder.path()));
    let on = |branch: &str| ProbeSpec::Git(GitQuestion::Branch(branch.to_owned()));
    assert_said(&probe(&on("main"), &site).await, Verdict::Pass, "on branch main");
    assert_said(
        &probe(&on("release"), &site).await,
        Verdict::Fail,
        "on branch main, not release",
    );
    let at_release = ProbeSpec::Git(GitQuestion::AtRelease);
    assert_said(
        &probe(&at_release, &site).await,
        Verdict::NoData,
        "names no release",
    );
    assert_said(
        &probe(&at_release, &site.clone().with_release("v1")).await,
        Verdict::Pass,
        "which is v1",
    );
    assert_said(
        &probe(&at_release, &site.clone().with_release("--help")).await,
        Verdict::Error,
        "no commit or tag",
    );
    folder.write("app.py", "print(2)\n");
    assert_said(
        &probe(&at_release, &site.clone().with_release("v1")).await,
        Verdict::Warning,
        "1 file differs",
    );
    git(folder.path(), &["commit", "-qam", "second"]);
    assert_said(
        &probe(&at_release, &site.with_release("v1")).await,
        Verdict::Fail,
        "but v1 is",
    );
}

#[tokio::test]
async fn a_folder_without_git_fails_and_nothing_of_the_repository_runs() {
    let folder = Folder::new();
    let finding = probe(
        &ProbeSpec::Git(GitQuestion::Clean),
        &open(environment(folder.path())),
    )
    .await;
    assert_said(&finding, Verdict::Fail, "not a git work tree");
    let folder = repository();
    let trap = folder.path().join(".git/trap");
    let monitor = format!("touch {}; false", trap.display());
    git(folder.path(), &["config", "core.fsmonitor", &monitor]);
    git(folder.path(), &["config", "core.pager", &monitor]);
    let finding = probe(
        &ProbeSpec::Git(GitQuestion::Clean),
        &open(environment(folder.path())),
    )
    .await;
    assert_said(&finding, Verdict::Pass, "nothing is uncommitted");
    assert!(!trap.exists());
}

#[tokio::test]
async fn a_file_is_compared_with_the_last_tag_before_head() {
    let folder = repository();
    let changed = |file: &str| ProbeSpec::Git(GitQuestion::ChangedSinceTag(file.to_owned()));
    let site = open(environment(folder.path()));
    let finding = probe(&changed("app.py"), &site).await;
    assert_said(&finding, Verdict::NoData, "there is no tag before HEAD");
    folder.write("CHANGELOG.md", "1.1");
    git(folder.path(), &["add", "."]);
    git(folder.path(), &["commit", "-qm", "second"]);
    // The tag of the release itself is not the one before it.
    git(folder.path(), &["tag", "v2"]);
    let finding = probe(&changed("CHANGELOG.md"), &site).await;
    assert_said(&finding, Verdict::Pass, "CHANGELOG.md changed since v1");
    let finding = probe(&changed("app.py"), &site).await;
    assert_said(&finding, Verdict::Fail, "app.py is as it was at v1");
    let outside = Folder::new();
    let finding = probe(&changed("app.py"), &open(environment(outside.path()))).await;
    assert_said(&finding, Verdict::Fail, "not a git work tree");
}
