//! The checklist crate as its users see it.

mod format;
mod hostile;
mod lints;
mod oracle;
mod shipped;
