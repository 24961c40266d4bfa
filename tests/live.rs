//! Live streams: they show what happened, and end when they must.

use crate::support::{App, DEADLINE, Look, Member, SHOP, Team, Watch};
use domain::{
    Role,
    event::{Event, Happening},
    outline::Outline,
    person::Author,
};
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
    // A program that asks for a stream has no use for a page to sign in with.
    let refused = app.browser().stream(&format!("/live/runs/{}", run.0)).await;
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(refused.text().await.unwrap(), r#"{"kind":"signed_out"}"#);
}

async fn log(member: &Member, run: domain::run::RunId) -> Vec<Event> {
    let id = run.0.to_string();
    member
        .call("/api/evidence/log", &[("run", &id), ("after", "0")])
        .await
        .answer()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_browser_that_was_away_goes_on_where_it_was_without_gaps_or_repeats(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.run(SHOP).await;
    let page = team.qa.page(run).await;
    let notes = page.id("release notes");
    let mut stream = Watch::open(&team.qa, run, page.run.number, None).await;
    team.developer.verify_now(run, "").await.answer::<()>();
    let mut seen = stream.up_to(4).await;
    drop(stream);
    // What happens meanwhile: more than the stream had told, and more while it comes back.
    team.developer.attest(run, &notes, "read").await.answer::<()>();
    team.devops
        .settle(run, &notes, "skip", "not now")
        .await
        .answer::<()>();
    // The address still says where the page began; what the browser sends says where it was.
    let (mut stream, again) = futures::join!(
        Watch::open(&team.qa, run, page.run.number, Some(4)),
        team.devops.settle(run, &notes, "reopen", "now")
    );
    again.answer::<()>();
    let expected = log(&team.qa, run).await;
    seen.extend(stream.up_to(expected.len() as u64).await);
    assert_eq!(seen, expected[1..]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn two_browsers_see_the_same_as_it_happens_and_nothing_of_another_run(pool: PgPool) {
    let team = Team::new(&pool).await;
    let (run, other) = (team.run(SHOP).await, team.run(SHOP).await);
    let mut one = Watch::open(&team.qa, run, 0, None).await;
    let mut two = Watch::open(&team.owner, run, 0, None).await;
    team.devops.begin(other, "").await.answer::<()>();
    team.developer.verify_now(run, "").await.answer::<()>();
    team.devops.begin(run, "mine").await.answer::<()>();
    team.attest_phases(run).await;
    let expected = log(&team.qa, run).await;
    let last = expected.last().unwrap().number;
    let (one, two) = futures::join!(one.up_to(last), two.up_to(last));
    assert_eq!(one, expected);
    assert_eq!(two, expected);
    let page = team.qa.page(run).await;
    let mut fold = domain::run::Run::begin(run, &one[0]).unwrap();
    one.iter().for_each(|event| fold.apply(event));
    assert_eq!(
        fold, page.run,
        "what a browser makes of the events is what the server has"
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_browser_that_missed_more_than_a_thousand_events_gets_them_all_though_nothing_happens(
    pool: PgPool,
) {
    let team = Team::new(&pool).await;
    let run = team.run(SHOP).await;
    let item = team.qa.page(run).await.line("release notes").id.clone();
    let words = (0..2300).map(|number| Happening::Attested {
        item: item.clone(),
        note: format!("word {number}"),
        proof: None,
    });
    let mut transaction = pool.begin().await.unwrap();
    let plan = store::run::by_id(&mut transaction, run)
        .await
        .unwrap()
        .unwrap()
        .plan;
    let now = crate::support::noon();
    let words: Vec<_> = words.collect();
    store::run::append::<store::Error>(
        &mut transaction,
        &Outline::from(&plan),
        run,
        &Author::Gonogo,
        now,
        |_| Ok(words),
    )
    .await
    .unwrap();
    transaction.commit().await.unwrap();
    let mut stream = Watch::open(&team.qa, run, 0, None).await;
    let numbers: Vec<_> = stream
        .up_to(2301)
        .await
        .into_iter()
        .map(|event| event.number)
        .collect();
    assert_eq!(numbers, (1..=2301).collect::<Vec<_>>());
}
