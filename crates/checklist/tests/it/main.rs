//! The checklist crate as its users see it.

mod annotations;
mod boxes;
mod changes;
mod check;
mod choices;
#[cfg(target_os = "linux")]
mod denial;
mod dialling;
mod execution;
mod fixes;
mod forbidden;
mod format;
mod headers;
mod hostile;
mod inference;
mod lints;
mod oracle;
mod outputs;
mod prose;
mod secrets;
mod settings;
mod shipped;
mod steps;
mod support;
mod trap_lint;
mod traps;
mod wild;
mod windows;
