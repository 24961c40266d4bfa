//! Where errors of the server become errors for people: logged once, here, under an id that both have.

use crate::api::Error;

/// Logs `error` and gives what may be shown: an id that finds the line.
pub fn internal(doing: &str, error: &dyn std::error::Error) -> Error {
    let id = id();
    let mut chain = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let text = cause.to_string();
        if !chain.contains(&text) {
            chain.push_str(": ");
            chain.push_str(&text);
        }
        source = cause.source();
    }
    tracing::error!(%id, doing, error = chain, "failed");
    Error::Internal { id }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        match &error {
            store::Error::Database(sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed) => {
                tracing::error!(%error, "the database does not answer");
                Error::Unavailable {
                    message: "The database does not answer. Nothing was changed; try again in a moment."
                        .to_owned(),
                }
            }
            broken if broken.is_passing() => {
                tracing::error!(%error, "the database broke off");
                // It may have been in the commit.
                Error::Unavailable {
                    message:
                        "The database broke off. Load the page to see whether this was done, then try again."
                            .to_owned(),
                }
            }
            store::Error::Missing { what, id } => Error::NotFound {
                what: format!("{what} {id}"),
            },
            store::Error::Database(_)
            | store::Error::Migration(_)
            | store::Error::Json(_)
            | store::Error::NotCanonical(_)
            | store::Error::Inconsistent { .. } => internal("asking the database", &error),
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        store::Error::from(error).into()
    }
}

/// Eight hexadecimal digits: enough to find one line in a log.
fn id() -> String {
    getrandom::u32().map_or_else(|_| "unnumbered".to_owned(), |number| format!("{number:08x}"))
}
