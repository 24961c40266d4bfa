use super::*;
use std::sync::atomic::{AtomicU32, Ordering};

const SECOND: Duration = Duration::from_secs(1);

fn clock() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH
}

async fn ask(captures: &Captures<u32>, name: &str, deadline: Duration, count: &AtomicU32) -> u32 {
    let observing = async { count.fetch_add(1, Ordering::Relaxed) };
    *captures
        .once(name.to_owned(), deadline, &clock, observing)
        .await
        .seen
}

#[tokio::test(start_paused = true)]
async fn one_observation_serves_everybody_who_asks_the_same_with_the_same_deadline() {
    let (captures, count) = (Captures::default(), AtomicU32::new(0));
    let asked = async || ask(&captures, "a page", SECOND, &count).await;
    assert_eq!(tokio::join!(asked(), asked(), asked()), (0, 0, 0));
    assert_eq!(ask(&captures, "another page", SECOND, &count).await, 1);
    assert_eq!(ask(&captures, "a page", 2 * SECOND, &count).await, 2);
}

#[tokio::test(start_paused = true)]
async fn an_observation_that_has_grown_old_is_made_again() {
    let (captures, count) = (Captures::default(), AtomicU32::new(0));
    assert_eq!(ask(&captures, "a page", SECOND, &count).await, 0);
    tokio::time::advance(FRESH).await;
    assert_eq!(ask(&captures, "a page", SECOND, &count).await, 0);
    tokio::time::advance(Duration::from_millis(1)).await;
    assert_eq!(ask(&captures, "a page", SECOND, &count).await, 1);
}

#[tokio::test(start_paused = true)]
async fn when_the_first_who_asks_is_cancelled_the_next_one_observes() {
    let captures = Captures::default();
    let hanging = captures.once("a page".to_owned(), SECOND, &clock, std::future::pending::<u32>());
    let cancelled = tokio::time::timeout(Duration::from_millis(10), hanging);
    let second = async {
        tokio::task::yield_now().await;
        *captures
            .once("a page".to_owned(), SECOND, &clock, async { 7 })
            .await
            .seen
    };
    let (first, second) = tokio::join!(cancelled, second);
    assert!(first.is_err());
    assert_eq!(second, 7);
}
