//! The pages, one file each.

pub mod account;
pub mod checklist;
pub mod checklists;
pub mod comparison;
pub mod environments;
pub mod invitation;
pub mod new_run;
pub mod not_found;
pub mod people;
pub mod person;
pub mod run;
pub mod runs;
pub mod sign_in;
pub mod stability;
