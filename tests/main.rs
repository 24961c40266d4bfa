//! The one integration binary: a list of what is tested, and the harness.

mod cli;
mod embedded_postgres;
mod sign_in;
mod support;
mod tidy;
