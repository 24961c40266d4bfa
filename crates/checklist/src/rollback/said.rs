//! Lines of words, without a command.

use super::command::Around;
use super::walk::Reader;
use super::{guard, settings};
use crate::infer::Inferred;
use domain::plan::{Item, Work};
use domain::probe::ProbeSpec;
use domain::rollback::{Deed, Step};

impl Reader<'_> {
    /// A line without a command that can be read, or that says how a `.env` file must be.
    pub(super) fn by_words(
        &mut self,
        inferred: &Inferred,
        words: &str,
        boxed: Option<&Item>,
        around: &Around,
    ) -> Option<Step> {
        let said = boxed.is_some_and(|item| item.why.contains("the annotation `"));
        let work = boxed.map_or(&inferred.work, |item| &item.work);
        let Work::Probe { spec } = work else {
            return None;
        };
        if said || guard::looks(words) {
            return Some(around.step(Deed::Verify { spec: spec.clone() }));
        }
        let lines: Option<Vec<(String, String, String)>> = spec
            .leaves()
            .into_iter()
            .map(|leaf| match leaf {
                ProbeSpec::EnvLine {
                    file,
                    key,
                    value: Some(value),
                } => Some((file.clone(), key.clone(), value.clone())),
                _ => None,
            })
            .collect();
        let lines = lines.filter(|_| sets(words))?;
        let file = lines.first()?.0.clone();
        let one = settings::is_env_file(&file) && lines.iter().all(|(other, ..)| *other == file);
        self.env_changed |= one;
        one.then(|| {
            around.step(Deed::EnvEdit {
                file,
                lines: lines.into_iter().map(|(_, key, value)| (key, value)).collect(),
            })
        })
    }
}

/// Whether words ask to set something: "Set `CACHE_ENABLED=false` in `.env`".
fn sets(words: &str) -> bool {
    let first = words.split_whitespace().next().unwrap_or_default().to_lowercase();
    matches!(
        first.as_str(),
        "set" | "edit" | "change" | "put" | "add" | "restore" | "reset" | "switch" | "turn" | "update"
    )
}
