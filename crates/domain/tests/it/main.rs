//! The rules of the vocabulary, without a server.

mod decision;
mod quantity;
mod role;
mod status;
mod support;
