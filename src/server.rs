//! Everything that exists only on the server.

pub mod address;
pub mod auth;
pub mod clock;
pub mod command;
pub mod config;
pub mod database;
pub mod failure;
pub mod first_start;
pub mod guard;
pub mod health;
pub mod password;
pub mod person;
pub mod postgres;
pub mod router;
pub mod serve;
pub mod session;
pub mod state;
pub mod telemetry;
pub mod throttle;
