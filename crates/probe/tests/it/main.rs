//! Probing against real things: servers, a database, files, git, processes.

mod act;
mod activity;
mod bounds;
mod captures;
mod commands;
mod docker;
mod environments;
mod files;
mod fingerprint;
mod git;
mod hostile;
mod http;
mod https;
mod kubernetes;
mod machine;
mod matrix;
mod metrics;
mod phases;
mod postgres;
mod readiness;
mod redis;
mod repeated;
mod support;
mod way_back;
mod web;
