//! What the verifier accepts, and what it refuses with which reason.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod fold;
mod keys;
mod support;
mod tampered;
mod whole;
