//! The checklist crate as its users see it.

mod format;
mod lints;
mod oracle;
mod shipped;
