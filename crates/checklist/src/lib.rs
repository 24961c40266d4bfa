//! Markdown checklists to plans: any bytes give a plan and diagnostics. Nothing here is ever executed.

mod classify;
mod heading;
mod measure;
mod parse;
mod shell;
mod source;
mod word;
