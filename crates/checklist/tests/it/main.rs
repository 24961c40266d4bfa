//! The checklist crate as its users see it.

mod lints;
mod oracle;
