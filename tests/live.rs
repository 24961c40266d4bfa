//! Live streams: they show what happened, and end when they must.

use crate::support::{App, DEADLINE};
use domain::Role;
use gonogo::server::person;
use reqwest::{Response, StatusCode};
use sqlx::PgPool;

const DOCUMENT: &str = "# Deploy\n\n## Phase 1: Look (1 minute)\n\n- [ ] Somebody looked at it\n";

/// Reads until the stream has shown `what`.
async fn read_until(stream: &mut Response, what: &str) -> String {
    let mut text = String::new();
    while !text.contains(what) {
        let chunk = tokio::time::timeout(DEADLINE, stream.chunk()).await;
        let chunk = chunk
            .unwrap_or_else(|_| panic!("no {what} in time: {text}"))
            .unwrap();
        text.push_str(&String::from_utf8_lossy(&chunk.expect("the stream goes on")));
    }
    text
}

/// Whether the stream ends in time, whatever it still shows.
async fn ends(mut stream: Response) -> bool {
    let rest = async { while matches!(stream.chunk().await, Ok(Some(_))) {} };
    tokio::time::timeout(DEADLINE, rest).await.is_ok()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_open_stream_does_not_keep_the_server_from_stopping(pool: PgPool) {
    let app = App::start(&pool).await;
    let run = app.start_run(DOCUMENT).await;
    let browser = app.signed_in("ada", &[Role::Viewer]).await;
    let mut stream = browser.stream(&format!("/live/runs/{}", run.0)).await;
    assert_eq!(stream.status(), StatusCode::OK);
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    read_until(&mut stream, "\n\n").await;
    assert!(app.stop().await, "the stream kept the server from stopping");
    assert!(ends(stream).await);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_stream_ends_when_its_session_is_revoked_however_much_happens(pool: PgPool) {
    let app = App::start(&pool).await;
    let run = app.start_run(DOCUMENT).await;
    let browser = app.signed_in("ada", &[Role::Viewer]).await;
    let mut stream = browser.stream(&format!("/live/runs/{}", run.0)).await;
    read_until(&mut stream, "\n\n").await;
    person::set_password(app.state(), "ada", None).await.unwrap();
    // Notices come faster than the session is looked at.
    let noise = async {
        let mut tick = tokio::time::interval(std::time::Duration::from_millis(500));
        loop {
            tick.tick().await;
            sqlx::query("select pg_notify($1, '0')")
                .bind(store::event::CHANNEL)
                .execute(&pool)
                .await
                .unwrap();
        }
    };
    tokio::select! {
        ended = ends(stream) => assert!(ended, "a stream outlived its session"),
        () = noise => {}
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_stream_is_not_for_strangers(pool: PgPool) {
    let app = App::start(&pool).await;
    let run = app.start_run(DOCUMENT).await;
    let page = app.browser().get(&format!("/live/runs/{}", run.0)).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    assert!(page.header("location").starts_with("/sign-in"));
}
