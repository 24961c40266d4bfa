//! What gives a criterion its evidence: earlier lines of the same plan, so that nothing is typed twice.

use crate::{blank::BlankId, plan::ItemId};
use serde::{Deserialize, Serialize};

/// The evidence of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The line that is in want of evidence.
    pub item: ItemId,
    /// What the evidence is worth.
    pub weight: Weight,
    /// Where it is, in the document's order; never empty.
    pub evidence: Vec<Evidence>,
    /// Why, in words.
    pub why: String,
}

/// Something of the same plan that evidence is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// An item or a check.
    Line(ItemId),
    /// A field of a form.
    Field(BlankId),
}

/// What linked evidence is worth. None is ever green by itself: the linked lines must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// The line says the same as each of these, so it holds where all of them were settled, and in the way of the weakest:
    /// a person's word stays a person's word.
    Proves,
    /// They are about the same number. What was measured for them is judged against this line's own objective; whether they
    /// themselves were met says nothing.
    Measures,
    /// They are about the same thing and do not say all of it. Shown beside the line for whoever settles it; settles nothing.
    Supports,
}
