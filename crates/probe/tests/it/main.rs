//! Probing against real things: servers, a database, files, git, processes.

mod act;
mod activity;
mod captures;
mod commands;
mod docker;
mod environments;
mod files;
mod fingerprint;
mod git;
mod hostile;
mod http;
mod machine;
mod matrix;
mod metrics;
mod postgres;
mod redis;
mod support;
mod way_back;
mod web;
