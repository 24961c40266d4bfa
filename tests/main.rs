//! The one integration binary: a list of what is tested, and the harness.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot go on panics, and hands its own surroundings to what it starts"
)]

mod account;
mod action;
mod asvs;
mod automatic_rollback;
mod backup;
mod canaries;
mod cli;
mod contract;
mod embedded_postgres;
mod env_edit;
mod environment;
mod event;
mod export;
mod faults;
mod follow_up;
mod freshness;
mod guide;
mod hardening;
mod headless;
mod history;
mod hourly;
mod kill;
mod live;
mod measurement;
mod migration;
mod passkey;
mod people;
mod phase;
mod phase_order;
mod record;
mod retention;
mod revision;
mod rights;
mod rollback;
mod rule_approval;
mod run;
mod second_factor;
mod sign_in;
mod sign_off;
mod support;
mod task;
mod tidy;
mod trend;
mod v1;
mod verification;
mod webhook;
mod window;
