//! How often one may try to sign in: by network and by name, both in the database, so that a restart forgets neither.

use crate::{api::Error, server::state::AppState};
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;
use std::net::IpAddr;
use store::{
    sign_in_failure::{self, Failures},
    sign_in_network,
};

/// Attempts of one network at once, and the pause after which it has one more.
const BURST: i32 = 30;
const REFILL: TimeDelta = TimeDelta::seconds(2);

/// Failures of one name that cost nothing.
const FREE_FAILURES: i32 = 5;

/// The longest pause for a name: a stranger can keep somebody out for this long, not for good.
const LONGEST_PAUSE: TimeDelta = TimeDelta::minutes(15);

/// The longest name that is looked at; a longer one is nobody's.
pub const NAME_MAX: usize = 64;

/// Counts one attempt from `address`, right or wrong.
///
/// # Errors
/// [`Error::TooManyAttempts`] with the seconds to wait; the database's.
pub async fn attempt_from(state: &AppState, address: IpAddr) -> Result<(), Error> {
    let network = subnet(address).to_string();
    // On its own, not in the transaction of the name: many networks are swept with one of them.
    let mut connection = state.pool.acquire().await?;
    let wait = sign_in_network::attempt(&mut connection, &network, REFILL, BURST, state.clock.now()).await?;
    match wait {
        None => Ok(()),
        Some(wait) => Err(Error::TooManyAttempts {
            seconds: u64::try_from(wait.num_seconds()).unwrap_or(0).max(1),
        }),
    }
}

/// Counts one attempt for `name`, in a transaction that the caller commits before it looks at the password: attempts
/// made at once are then all counted.
///
/// # Errors
/// [`Error::TooManyAttempts`] with the seconds to wait; the database's.
pub async fn attempt_name(
    connection: &mut PgConnection,
    name: &str,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    if let Some(failures) = sign_in_failure::of(connection, name, now).await? {
        let until = failures.last + pause(failures);
        if until > now {
            let seconds = u64::try_from((until - now).num_seconds()).unwrap_or(0).max(1);
            return Err(Error::TooManyAttempts { seconds });
        }
    }
    sign_in_failure::record(connection, name, now).await?;
    Ok(())
}

/// Nothing for the first few failures, then 2 s, doubled with each, up to a quarter of an hour.
fn pause(failures: Failures) -> TimeDelta {
    match u32::try_from(failures.count - FREE_FAILURES) {
        Ok(over) if failures.count >= FREE_FAILURES => {
            TimeDelta::seconds(2_i64.saturating_pow((over + 1).min(20))).min(LONGEST_PAUSE)
        }
        Ok(_) | Err(_) => TimeDelta::zero(),
    }
}

/// One customer of a provider has a whole IPv6 /64.
fn subnet(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() & (u128::MAX << 64)).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_grows_with_the_failures_up_to_a_quarter_of_an_hour() {
        let pauses: Vec<i64> = [1, 4, 5, 6, 7, 1000]
            .map(|count| {
                pause(Failures {
                    count,
                    last: DateTime::UNIX_EPOCH,
                })
                .num_seconds()
            })
            .to_vec();
        assert_eq!(pauses, [0, 0, 2, 4, 8, 900]);
    }

    #[test]
    fn the_addresses_of_one_ipv6_network_count_together() {
        let (one, other) = ("2001:db8::1".parse().unwrap(), "2001:db8::ffff".parse().unwrap());
        assert_eq!(subnet(one), subnet(other));
        assert_ne!(subnet(one), subnet("2001:db8:0:1::1".parse().unwrap()));
    }
}
