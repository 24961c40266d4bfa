//! The one integration binary: a list of what is tested, and the harness.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot go on panics, and hands its own surroundings to what it starts"
)]

mod cli;
mod embedded_postgres;
mod live;
mod sign_in;
mod support;
mod tidy;
