//! Whether a password is among those that are guessed first: well-known ones, what is made of them, rows of keys, dates, and what
//! others know of its owner or of this Gonogo. The lists are those of `zxcvbn` (Wheeler 2016), 30,000 passwords and 64,000 words and
//! names, which it brings with it: nobody is asked.

use zxcvbn::{Score, zxcvbn};

/// What `zxcvbn` calls "very unguessable", 10^10 guesses and more. A step below it any three words in a row would do, however well
/// known.
const ENOUGH: Score = Score::Four;

/// What others know: the product's name, the parts of its address, and what the person is called.
pub fn known(origin: &str, names: &[&str]) -> Vec<String> {
    let place = origin.split_once("://").map_or(origin, |(_, place)| place);
    let host = place.rsplit_once(':').map_or(place, |(host, _)| host);
    let whole = names.iter().copied().chain(["gonogo", "go-nogo", place, host]);
    let parts = names
        .iter()
        .copied()
        .chain([place])
        .flat_map(|text| text.split(|c: char| !c.is_alphanumeric()));
    // A shorter part would be found in anything.
    let mut known: Vec<String> = whole
        .chain(parts)
        .filter(|text| text.chars().count() >= 3)
        .map(str::to_lowercase)
        .collect();
    known.sort();
    known.dedup();
    known
}

/// What is wrong with a password that is guessed first, in words.
pub fn objection(password: &str, known: &[String]) -> Option<String> {
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    if zxcvbn(password, &known).score() >= ENOUGH {
        return None;
    }
    let well_known = zxcvbn(password, &[]).score() < ENOUGH;
    Some(match well_known {
        true => "This password is guessed soon: it is a well-known one, or made of well-known ones, of rows of keys or of \
                 repetitions. Choose several words that do not belong together."
            .to_owned(),
        false => "This password is guessed soon: it is made of what others know, your name or title, this site's address or \
                  what it is called. Choose several words that do not belong together."
            .to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn well_known_passwords_are_refused_also_repeated_joined_and_spelled_otherwise() {
        for password in [
            "passwordpassword",
            "123456789012345",
            "1234567890123456",
            "qwertyuiopasdfgh",
            "qwertyuiop[]asdfghjkl",
            "aaaaaaaaaaaaaaaa",
            "1q2w3e4r5t6y7u8i",
            "1qaz2wsx3edc4rfv",
            "letmeinletmeinletmein",
            "P@ssw0rdP@ssw0rd",
            "iloveyouiloveyou",
            "abcdefghijklmnop",
            "Password12345678",
            "dragondragondragon",
        ] {
            let objection = objection(password, &[]);
            assert!(
                objection.is_some_and(|words| words.contains("well-known")),
                "{password}"
            );
        }
    }

    #[test]
    fn three_thousand_of_the_commonest_passwords_are_refused_as_are_those_that_are_as_long_as_is_asked() {
        // Of `zxcvbn`'s own list, without what nobody wants to read in a repository; short ones as people lengthen them: by writing them again.
        let common = include_str!("../../../tests/support/common_passwords.txt").lines();
        let mut count = 0;
        for word in common {
            let mut password = word.to_owned();
            while password.chars().count() < *super::super::LENGTH.start() {
                password.push_str(word);
            }
            assert!(objection(&password, &[]).is_some(), "{password} is let through");
            count += 1;
        }
        assert!(count >= 3000, "{count}");
    }

    #[test]
    fn what_others_know_of_somebody_makes_no_password() {
        let known = known(
            "https://deploy.acmewidgets.example:8443",
            &["lovelace", "Ada Lovelace"],
        );
        for password in [
            "gonogogonogogonogo",
            "lovelacelovelace1",
            "Ada Lovelace 2026",
            "deploy.acmewidgets.example",
            "acmewidgets-gonogo",
        ] {
            assert!(objection(password, &known).is_some(), "{password} is let through");
        }
    }

    #[test]
    fn several_words_that_do_not_belong_together_are_a_password() {
        for password in [
            "correct horse battery staple",
            "several words that nobody guesses",
        ] {
            assert_eq!(
                objection(password, &known("http://127.0.0.1:8080", &["ada"])),
                None
            );
        }
    }
}
