//! Heads on a branch of a git repository, one a file: `run-41/117-9f3c….json`.

use crate::server::state::AppState;
use probe::git_branch::{Added, GitBranch};
use std::path::PathBuf;
use store::head::Unwitnessed;

/// The branch, which is ours alone.
const BRANCH: &str = "gonogo";

/// The branch of this repository.
pub(super) fn branch(state: &AppState, repository: &str, copy: PathBuf) -> GitBranch {
    GitBranch::new(repository.to_owned(), BRANCH, copy, state.prober.context())
}

/// Adds heads in one commit. A run that was set back and signed again has two of one number: the first stays.
pub(super) async fn add(branch: &GitBranch, heads: &[Unwitnessed]) -> Result<(), String> {
    let files: Vec<Added> = heads.iter().map(file).collect();
    let message = match heads {
        [head] => format!("Run {}: signed up to event {}", head.run.0, head.number),
        many => format!("{} signed heads", many.len()),
    };
    let added = branch.add(&files, &message).await;
    added.map_err(|error| error.to_string())
}

fn file(head: &Unwitnessed) -> Added {
    Added {
        folder: format!("run-{}", head.run.0),
        name: head.number.to_string(),
        ending: ".json".to_owned(),
        // One a line, so that files put together are what a witness's file is.
        content: format!("{}\n", head.envelope),
    }
}
