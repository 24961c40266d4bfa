//! The checklist crate as its users see it.

mod boxes;
mod changes;
#[cfg(target_os = "linux")]
mod execution;
mod format;
mod hostile;
mod inference;
mod lints;
mod oracle;
mod outputs;
mod shipped;
mod steps;
mod traps;
