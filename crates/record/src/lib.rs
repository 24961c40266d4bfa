//! The record of a run for those who trust nobody here: its chain, its signed heads, the evidence file, and whether they hold.
//!
//! Pure: no database, no network, no clock. `gonogo verify` is [`verify::verify`] and nothing else.

pub mod canonical;
pub mod chain;
pub mod dsse;
pub mod file;
pub mod fold;
pub mod head;
pub mod key;
mod resumed;
mod text;
pub mod verify;
