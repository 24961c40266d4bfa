//! What an author says outright in an HTML comment after an item: `<!-- gonogo: optional -->`.

use crate::lint::Findings;
use domain::plan::Item;
use std::ops::Range;

/// Applies a comment to its item. Comments that do not begin with `gonogo:` are no annotations.
pub fn apply(_comment: &str, _span: Range<usize>, _item: &mut Item, _findings: &mut Findings) {}

/// An annotation that stands after no item.
pub fn stray(_comment: &str, _span: Range<usize>, _findings: &mut Findings) {}
