//! The checklist crate as its users see it.

mod format;
mod hostile;
mod inference;
mod lints;
mod oracle;
mod outputs;
mod shipped;
mod traps;
