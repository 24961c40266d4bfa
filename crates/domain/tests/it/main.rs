//! The rules of the vocabulary, without a server.

#![expect(
    clippy::unwrap_used,
    reason = "a helper of the tests that panics fails the test that called it"
)]

mod comparison;
mod decision;
mod follow_up;
mod form;
mod guide;
mod hold_off;
mod horizon;
mod hourly;
mod notice;
mod objective;
mod phase;
mod probe;
mod quantity;
mod readiness;
mod reading;
mod role;
mod rollback;
mod rule_approval;
mod schedule;
mod status;
mod support;
mod target;
mod window;
