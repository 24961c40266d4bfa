use super::*;

fn never() -> std::future::Pending<Result<(), String>> {
    std::future::pending()
}

#[tokio::test(start_paused = true)]
async fn a_phase_has_its_own_limit_and_the_whole_another() {
    let mut long = Course::new(Duration::from_secs(10));
    assert_eq!(
        long.phase(Phase::Resolve, never()).await,
        Err("the name did not resolve within 2 s".to_owned())
    );
    assert_eq!(long.timing.resolve_us, Some(2_000_000));
    assert_eq!(long.timing.stopped_in, Some(Phase::Resolve));
    let mut short = Course::new(Duration::from_millis(1500));
    assert_eq!(
        short.phase(Phase::Connect, never()).await,
        Err("no connection within 1500 ms".to_owned())
    );
    assert_eq!(short.timing.connect_us, Some(1_500_000));
}

#[tokio::test(start_paused = true)]
async fn what_went_before_the_phase_that_stopped_is_named() {
    let mut course = Course::new(Duration::from_secs(5));
    let connecting = async {
        tokio::time::sleep(Duration::from_millis(3)).await;
        Ok(())
    };
    assert_eq!(course.phase(Phase::Connect, connecting).await, Ok(()));
    assert_eq!(course.timing.stopped_in, None);
    assert_eq!(
        course.phase(Phase::Tls, never()).await,
        Err("no TLS handshake within 3 s; connected after 3.0 ms".to_owned())
    );
    assert_eq!(
        course.no("first byte"),
        "no first byte within 5 s; connected after 3.0 ms"
    );
}

#[tokio::test(start_paused = true)]
async fn nothing_is_waited_for_beyond_the_whole() {
    let course = Course::new(Duration::from_millis(400));
    assert_eq!(course.wait(std::future::pending::<()>()).await, None);
    assert_eq!(course.took(), Duration::from_millis(400));
}
