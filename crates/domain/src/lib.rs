//! The vocabulary of Gonogo and its rules: no I/O, no clock, the same on the server and in the browser.
//!
//! One module per noun.

pub mod environment;
pub mod hash;
pub mod plan;
pub mod probe;
pub mod quantity;
pub mod role;
pub mod verdict;

pub use hash::Hash;
pub use role::{Right, Role};
