//! The vocabulary of Gonogo and its rules: no I/O, no clock, the same on the server and in the browser.
//!
//! One module per noun. A [`plan::Plan`] is what a revision compiles to; a [`run::Run`] is the fold of its
//! [`event::Event`]s; [`decision::decide`] answers go or no-go from both.

pub mod action;
pub mod baseline;
pub mod blank;
pub mod comparison;
pub mod consequence;
pub mod decision;
pub mod diagnostic;
pub mod environment;
pub mod event;
pub mod fingerprint;
pub mod follow_up;
pub mod form;
pub mod freshness;
pub mod guide;
pub mod hash;
pub mod hold_off;
pub mod horizon;
pub mod hourly;
pub mod link;
pub mod load;
pub mod measurement;
pub mod metric;
pub mod notice;
pub mod objective;
pub mod outline;
pub mod people_log;
pub mod permission;
pub mod person;
pub mod phase;
pub mod phase_order;
pub mod plan;
pub mod probe;
pub mod quantity;
pub mod readiness;
pub mod reading;
pub mod record;
pub mod retention;
pub mod role;
pub mod rollback;
pub mod rule_approval;
pub mod run;
pub mod schedule;
pub mod search;
pub mod sign_off;
pub mod status;
pub mod summary;
pub mod target;
pub mod task;
pub mod timing;
pub mod trend;
pub mod verdict;
pub mod window;

pub use hash::Hash;
pub use role::{Right, Role};
