//! The pages, one file each.

pub mod checklist;
pub mod checklists;
pub mod comparison;
pub mod environments;
pub mod new_run;
pub mod not_found;
pub mod run;
pub mod runs;
pub mod sign_in;
pub mod stability;
