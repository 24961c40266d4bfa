//! The checklist crate as its users see it.

mod annotations;
mod boxes;
mod changes;
mod check;
mod choices;
mod databases;
#[cfg(target_os = "linux")]
mod denial;
mod dialling;
mod execution;
mod files;
mod fixes;
mod forbidden;
mod format;
mod headers;
mod hit_counter;
mod hostile;
mod inference;
mod kubernetes;
mod lints;
mod measured;
mod oracle;
mod outputs;
mod processes;
mod prose;
mod responses;
mod secrets;
mod settings;
mod shipped;
mod steps;
mod support;
mod tiers;
mod trap_lint;
mod traps;
mod wild;
mod windows;
