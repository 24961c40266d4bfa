//! The wire between page and server: server functions, one noun per file, about five lines each.
//!
//! Every function begins with `auth::require(…)`, changes nothing by GET, and fails with an [`Error`].

#![expect(
    missing_docs,
    reason = "the arguments of a server function become fields, which its own comment explains"
)]

pub mod account;
pub mod action;
pub mod api_token;
pub mod comparison;
pub mod env_edit;
pub mod environment;
pub mod evidence;
pub mod follow_up;
pub mod guide;
pub mod history;
pub mod hold_off;
pub mod invitation;
pub mod measurement;
pub mod passkey;
pub mod person;
pub mod phase;
pub mod revision;
pub mod rollback;
pub mod run;
pub mod second_factor;
pub mod session;
pub mod sign_off;
pub mod stability;
pub mod trend;

use leptos::server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use serde::{Deserialize, Serialize};

/// Why a call did not do what it was asked, safe to show to the person who asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Error {
    /// Nobody is signed in, or the session ended.
    #[error("You are not signed in, or your session has ended. Sign in and try again.")]
    SignedOut,
    /// The name and the password do not go together. The same for a name that nobody has.
    #[error("This name and password do not go together.")]
    WrongPassword,
    /// Too many attempts.
    #[error("Too many attempts. Try again in {seconds} seconds.")]
    TooManyAttempts {
        /// How long to wait.
        seconds: u64,
    },
    /// The password was given by somebody else: nothing else is answered before it was changed.
    #[error(
        "Change the password that you were given first, on the page of your account. Nothing else works before."
    )]
    PasswordToChange,
    /// The person's roles do not give the right.
    #[error("You may not {deed}: none of your roles gives that right here.")]
    Forbidden {
        /// [`domain::Right::deed`].
        deed: String,
    },
    /// There is no such thing, or it is not for this person to know.
    #[error("There is no {what}.")]
    NotFound {
        /// Which.
        what: String,
    },
    /// A rule says no: what was wrong and what to do, in words.
    #[error("{message}")]
    Refused {
        /// The words.
        message: String,
    },
    /// Something else happened meanwhile: the page shows an older state.
    #[error("{message}")]
    Conflict {
        /// What happened, and what to do.
        message: String,
    },
    /// The server cannot do it now, and may soon.
    #[error("{message}")]
    Unavailable {
        /// What is missing, in words.
        message: String,
    },
    /// A fault of the server. The log has a line with this id.
    #[error("Something went wrong on the server. Its log explains it under {id}.")]
    Internal {
        /// Stands in the log line.
        id: String,
    },
    /// The call did not reach the server, or its answer was no answer.
    #[error("The server could not be reached or did not understand: {message}")]
    Wire {
        /// What the two sides said.
        message: String,
    },
}

impl Error {
    /// A rule says no, in words that end with what to do.
    pub fn refused(message: impl Into<String>) -> Self {
        Error::Refused {
            message: message.into(),
        }
    }

    /// The HTTP status that goes with it.
    pub fn status(&self) -> u16 {
        match self {
            Error::SignedOut | Error::WrongPassword => 401,
            Error::Forbidden { .. } | Error::PasswordToChange => 403,
            Error::NotFound { .. } => 404,
            Error::Conflict { .. } => 409,
            Error::Refused { .. } => 422,
            Error::TooManyAttempts { .. } => 429,
            Error::Internal { .. } => 500,
            Error::Unavailable { .. } => 503,
            Error::Wire { .. } => 400,
        }
    }
}

impl FromServerFnError for Error {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(value: ServerFnErrorErr) -> Self {
        Error::Wire {
            message: value.to_string(),
        }
    }
}
