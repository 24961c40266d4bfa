//! Passwords: made, hashed with argon2id, compared. Never logged, never kept.

mod guess;

pub use guess::known;

use crate::{api::Error, server::failure};
use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use std::{fmt, sync::Arc, time::Duration};
use tokio::sync::Semaphore;

/// The least and the most characters of a password: NIST SP 800-63B section 3.1.1.2 asks for at least 15 where it
/// is the only factor, and for a bound on what is hashed.
pub const LENGTH: std::ops::RangeInclusive<usize> = 15..=256;

/// How many hashes are computed at once: each takes 19 MiB and a core.
const AT_ONCE: usize = 2;

/// How long one waits for a turn before the server says that it is busy.
const PATIENCE: Duration = Duration::from_secs(10);

/// Letters and digits that are not mistaken for each other.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// Hashes and compares, a few at a time, away from the threads that serve.
#[derive(Clone)]
pub struct Passwords {
    turns: Arc<Semaphore>,
    /// The hash of a password that nobody knows: compared with when nobody has the name, so that the answer takes
    /// as long.
    nobodys: Arc<str>,
}

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passwords")
    }
}

/// A password could not be made or hashed.
#[derive(Debug, thiserror::Error)]
#[error("a password could not be made: {0}")]
pub struct PasswordError(String);

impl Passwords {
    /// Ready to compare.
    ///
    /// # Errors
    /// When the machine gives no randomness.
    pub fn new() -> Result<Self, PasswordError> {
        let nobodys = hash(&generate()?)?.into();
        Ok(Passwords {
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            nobodys,
        })
    }

    /// The PHC string of `password`, argon2id with 19 MiB, 2 passes, 1 lane (OWASP's password storage sheet).
    ///
    /// # Errors
    /// When the server is too busy, or has no randomness.
    pub async fn hash(&self, password: String) -> Result<String, Error> {
        let _turn = self.turn().await?;
        tokio::task::spawn_blocking(move || hash(&password))
            .await
            .map_err(|error| failure::internal("hashing a password", &error))?
            .map_err(|error| failure::internal("hashing a password", &error))
    }

    /// Whether `password` is the one of `hash`. Without a hash it is not, and finding out takes as long.
    ///
    /// # Errors
    /// When the server is too busy.
    pub async fn fits(&self, password: String, hash: Option<String>) -> Result<bool, Error> {
        let _turn = self.turn().await?;
        let nobodys = Arc::clone(&self.nobodys);
        tokio::task::spawn_blocking(move || {
            let known = hash.is_some();
            let hash = hash.as_deref().unwrap_or(&nobodys);
            known & fits(&password, hash)
        })
        .await
        .map_err(|error| failure::internal("comparing a password", &error))
    }

    /// Whether a password will do that somebody chose: its length, and whether it is among what is guessed first. `known` is
    /// what others know of them and of this Gonogo, see [`known`].
    ///
    /// # Errors
    /// [`Error::Refused`] with what is wrong with it; when the server is too busy.
    pub async fn accept(&self, password: &str, known: Vec<String>) -> Result<(), Error> {
        if let Some(objection) = wrong_length(password) {
            return Err(Error::refused(objection));
        }
        let _turn = self.turn().await?;
        let password = password.to_owned();
        let objection = tokio::task::spawn_blocking(move || guess::objection(&password, &known))
            .await
            .map_err(|error| failure::internal("looking at a password", &error))?;
        match objection {
            None => Ok(()),
            Some(objection) => Err(Error::refused(objection)),
        }
    }

    async fn turn(&self) -> Result<tokio::sync::SemaphorePermit<'_>, Error> {
        match tokio::time::timeout(PATIENCE, self.turns.acquire()).await {
            Ok(Ok(turn)) => Ok(turn),
            Ok(Err(_)) | Err(_) => Err(Error::Unavailable {
                message: "The server is busy with other sign-ins. Try again in a moment.".to_owned(),
            }),
        }
    }
}

/// A new password: six groups of five characters, 150 bits.
///
/// # Errors
/// When the machine gives no randomness.
pub fn generate() -> Result<String, PasswordError> {
    random::<30>(5)
}

/// A new recovery code: four groups of six characters, 120 bits, so that its SHA-256 alone gives nothing to guess.
///
/// # Errors
/// When the machine gives no randomness.
pub fn generate_code() -> Result<String, PasswordError> {
    random::<24>(6)
}

fn random<const N: usize>(group: usize) -> Result<String, PasswordError> {
    let mut bytes = [0_u8; N];
    getrandom::fill(&mut bytes).map_err(|error| PasswordError(error.to_string()))?;
    let characters = bytes.map(|byte| char::from(ALPHABET[usize::from(byte) % ALPHABET.len()]));
    let groups: Vec<String> = characters
        .chunks(group)
        .map(|group| group.iter().collect())
        .collect();
    Ok(groups.join("-"))
}

/// What is wrong with the length of a password that somebody chose, in words.
fn wrong_length(password: &str) -> Option<String> {
    let length = password.chars().count();
    if LENGTH.contains(&length) {
        return None;
    }
    Some(format!(
        "A password has {} to {} characters; this one has {length}.",
        LENGTH.start(),
        LENGTH.end()
    ))
}

fn hash(password: &str) -> Result<String, PasswordError> {
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|error| PasswordError(error.to_string()))
}

fn fits(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| {
        Argon2::default()
            .verify_password(password.as_bytes(), &hash)
            .is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_made_password_has_150_bits_in_six_groups_and_is_never_the_same() {
        let (one, other) = (generate().unwrap(), generate().unwrap());
        assert_ne!(one, other);
        assert_eq!(one.split('-').map(str::len).collect::<Vec<_>>(), [5; 6]);
        assert!(one.bytes().all(|byte| byte == b'-' || ALPHABET.contains(&byte)));
        assert_eq!((30.0 * (ALPHABET.len() as f64).log2()) as u32, 150);
        assert_eq!(wrong_length(&one), None);
        assert_eq!(guess::objection(&one, &[]), None);
    }

    #[test]
    fn a_recovery_code_has_120_bits_in_four_groups_and_is_never_the_same() {
        let (one, other) = (generate_code().unwrap(), generate_code().unwrap());
        assert_ne!(one, other);
        assert_eq!(one.split('-').map(str::len).collect::<Vec<_>>(), [6; 4]);
        assert_eq!((24.0 * (ALPHABET.len() as f64).log2()) as u32, 120);
    }

    #[test]
    fn a_short_password_is_refused_with_its_length() {
        let objection = wrong_length("tooshort").unwrap();
        assert!(objection.contains("this one has 8"), "{objection}");
    }

    #[tokio::test]
    async fn only_the_right_password_fits_and_nobodys_never_does() {
        let passwords = Passwords::new().unwrap();
        let hash = passwords.hash("correct horse battery".to_owned()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(
            passwords
                .fits("correct horse battery".to_owned(), Some(hash.clone()))
                .await
                .unwrap()
        );
        assert!(
            !passwords
                .fits("correct horse batterY".to_owned(), Some(hash))
                .await
                .unwrap()
        );
        assert!(!passwords.fits("anything".to_owned(), None).await.unwrap());
    }
}
