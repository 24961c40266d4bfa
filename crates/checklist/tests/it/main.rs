//! The checklist crate as its users see it.

mod boxes;
mod changes;
mod format;
mod hostile;
mod inference;
mod lints;
mod oracle;
mod shipped;
mod traps;
