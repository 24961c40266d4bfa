//! The pages, one file each.

pub mod not_found;
pub mod runs;
pub mod sign_in;
