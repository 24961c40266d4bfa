//! The canonical JSON of a run's record, kept while the run goes on: an event writes anew only what it can change.

use crate::{
    canonical::{self, NotCanonical},
    resumed::Resumed,
};
use domain::{
    Hash,
    record::{Record, RecordBlank, RecordItem, Touch},
    run::Run,
};
use serde::Serialize;
use std::collections::BTreeMap;

/// Members of a JSON object in their canonical order, which is that of their names in UTF-16: each as `"name":value`.
type Members = BTreeMap<Vec<u16>, String>;

/// What stands first in the record without lines.
const NO_ITEMS: &str = "{\"items\":{}";

/// The text in parts.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    blanks: Members,
    items: Members,
    /// Everything behind the lines, with the brace that closes the record.
    rest: String,
    hashed: Resumed,
}

impl Text {
    /// The record of a run.
    ///
    /// # Errors
    /// [`NotCanonical`].
    pub fn of(run: &Run) -> Result<Self, NotCanonical> {
        let mut text = Self {
            blanks: Members::new(),
            items: Members::new(),
            rest: String::new(),
            hashed: Resumed::default(),
        };
        text.touch(run, &Touch::Anything)?;
        Ok(text)
    }

    /// Goes on to the record of the run after an event that can change so much.
    ///
    /// # Errors
    /// [`NotCanonical`].
    pub fn touch(&mut self, run: &Run, touch: &Touch<'_>) -> Result<(), NotCanonical> {
        match touch {
            Touch::Nothing => {}
            Touch::Item(item) => put(&mut self.items, &item.0, RecordItem::of(run, item))?,
            Touch::Blank(blank) => put(&mut self.blanks, &blank.0, RecordBlank::of(run, blank))?,
            Touch::Anything => {
                self.items.clear();
                for item in run.items.keys() {
                    put(&mut self.items, &item.0, RecordItem::of(run, item))?;
                }
                self.blanks.clear();
                for blank in run.blanks.keys() {
                    put(&mut self.blanks, &blank.0, RecordBlank::of(run, blank))?;
                }
                let frame = canonical::json(&Record::frame(run))?;
                frame.trim_start_matches(NO_ITEMS).clone_into(&mut self.rest);
            }
        }
        Ok(())
    }

    /// Its hash: the same as of the whole record's canonical JSON.
    pub fn hash(&mut self) -> Hash {
        let length = |members: &Members| members.values().map(|member| member.len() + 1).sum::<usize>();
        let mut whole = String::with_capacity(
            length(&self.blanks)
                + length(&self.items)
                + self.rest.len()
                + "{\"blanks\":{},\"items\":{}".len(),
        );
        whole.push('{');
        if !self.blanks.is_empty() {
            write(&mut whole, "\"blanks\":{", &self.blanks);
            whole.push(',');
        }
        write(&mut whole, "\"items\":{", &self.items);
        whole.push_str(&self.rest);
        self.hashed.hash(whole)
    }
}

fn put(members: &mut Members, name: &str, value: Option<impl Serialize>) -> Result<(), NotCanonical> {
    let place = name.encode_utf16().collect();
    match value {
        Some(value) => {
            let member = format!("{}:{}", canonical::json(&name)?, canonical::json(&value)?);
            members.insert(place, member);
        }
        None => {
            members.remove(&place);
        }
    }
    Ok(())
}

fn write(whole: &mut String, open: &str, members: &Members) {
    whole.push_str(open);
    for (place, member) in members.values().enumerate() {
        if place > 0 {
            whole.push(',');
        }
        whole.push_str(member);
    }
    whole.push('}');
}
