//! How often one may try to sign in: by address in this process, by name in the database.

use crate::api::Error;
use chrono::{DateTime, TimeDelta, Utc};
use governor::{Quota, RateLimiter, clock::Clock as _, state::keyed::DefaultKeyedStateStore};
use sqlx::PgConnection;
use std::{fmt, net::IpAddr, num::NonZeroU32, sync::Arc, time::Duration};
use store::sign_in_failure::{self, Failures};

/// Attempts of one address at once, and the pause after which it has one more.
const BURST: NonZeroU32 = NonZeroU32::new(30).expect("not zero");
const REFILL: Duration = Duration::from_secs(2);

/// More addresses than this are swept of those that are quiet.
const ADDRESSES_MAX: usize = 10_000;

/// Failures of one name that cost nothing.
const FREE_FAILURES: i32 = 5;

/// The longest pause for a name: a stranger can keep somebody out for this long, not for good.
const LONGEST_PAUSE: TimeDelta = TimeDelta::minutes(15);

/// The longest name that is looked at; a longer one is nobody's.
pub const NAME_MAX: usize = 64;

/// Counts attempts by address.
#[derive(Clone)]
pub struct Throttle {
    addresses: Arc<RateLimiter<IpAddr, DefaultKeyedStateStore<IpAddr>, governor::clock::DefaultClock>>,
}

impl fmt::Debug for Throttle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Throttle")
    }
}

impl Default for Throttle {
    fn default() -> Self {
        let quota = Quota::with_period(REFILL)
            .unwrap_or(Quota::per_second(BURST))
            .allow_burst(BURST);
        Throttle {
            addresses: Arc::new(RateLimiter::keyed(quota)),
        }
    }
}

impl Throttle {
    /// Counts one attempt from `address`.
    ///
    /// # Errors
    /// [`Error::TooManyAttempts`] with the seconds to wait.
    pub fn attempt(&self, address: IpAddr) -> Result<(), Error> {
        if self.addresses.len() > ADDRESSES_MAX {
            self.addresses.retain_recent();
        }
        self.addresses.check_key(&subnet(address)).map_err(|until| {
            let wait = until.wait_time_from(governor::clock::DefaultClock::default().now());
            Error::TooManyAttempts {
                seconds: wait.as_secs().max(1),
            }
        })
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
    fn the_31st_attempt_of_an_address_has_to_wait_and_another_address_has_not() {
        let throttle = Throttle::default();
        let (one, other) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        for _ in 0..30 {
            throttle.attempt(one).unwrap();
        }
        assert!(matches!(
            throttle.attempt(one),
            Err(Error::TooManyAttempts { seconds: 1..=2 })
        ));
        throttle.attempt(other).unwrap();
    }

    #[test]
    fn the_addresses_of_one_ipv6_network_count_together() {
        let (one, other) = ("2001:db8::1".parse().unwrap(), "2001:db8::ffff".parse().unwrap());
        assert_eq!(subnet(one), subnet(other));
        assert_ne!(subnet(one), subnet("2001:db8:0:1::1".parse().unwrap()));
    }
}
