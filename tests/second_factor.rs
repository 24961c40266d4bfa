//! The second factor at sign-in: a passkey besides the password, and the recovery codes in its place.

use crate::{
    passkey::{ORIGIN, added, team},
    support::{Browser, Member, Page, Team, authenticator::Authenticator},
};
use chrono::TimeDelta;
use domain::Role;
use gonogo::{
    api::{
        Error,
        account::AccountPage,
        passkey::{Known, Question},
        second_factor::SecondFactor,
    },
    server::{guard, person},
};
use leptos::server_fn::axum::server_fn_paths;
use reqwest::StatusCode;
use sqlx::PgPool;

const CONFIRM: &str = "/api/second_factor/confirm";
const RECOVER: &str = "/api/second_factor/recover";

async fn change(member: &Member, deed: &str, password: &str) -> Page {
    let fields = [("deed", deed), ("password", password)];
    member.call("/api/second_factor/change", &fields).await
}

/// Turns it on; answers the recovery codes.
async fn turned_on(member: &Member, device: &Authenticator) -> Vec<String> {
    added(member, device).await;
    let codes: Option<Vec<String>> = change(member, "turn_on", &member.password).await.answer();
    codes.unwrap()
}

async fn account(member: &Browser) -> AccountPage {
    member.call("/api/account/page", &[]).await.answer()
}

async fn codes_left(member: &Member) -> Option<i64> {
    match account(member).await.second_factor {
        SecondFactor::On { codes_left, .. } => Some(codes_left),
        SecondFactor::Off => None,
    }
}

/// A browser where the password was right, and nothing else yet.
async fn waiting(team: &Team, name: &str, password: &str) -> Browser {
    let browser = team.app.browser();
    let away = browser.sign_in(name, password).await;
    assert_eq!(away.header("location"), "/sign-in", "{}", away.text);
    browser
}

async fn asked(browser: &Browser) -> String {
    let question: Question = browser.call("/api/second_factor/ask", &[]).await.answer();
    question.challenge
}

async fn confirm(browser: &Browser, answer: &str) -> Page {
    browser.call(CONFIRM, &[("passkey", answer)]).await
}

async fn recover(browser: &Browser, code: &str) -> Page {
    browser.call(RECOVER, &[("code", code)]).await
}

async fn who(browser: &Browser) -> Option<String> {
    let page = browser.call("/api/session/who_am_i", &[]).await;
    page.answer::<Option<domain::person::Person>>()
        .map(|person| person.name)
}

/// As if nobody had tried anything.
async fn forget_attempts(pool: &PgPool) {
    for table in ["delete from sign_in_failure", "delete from sign_in_network"] {
        sqlx::query(table).execute(pool).await.unwrap();
    }
}

async fn log(pool: &PgPool, name: &str) -> Vec<String> {
    sqlx::query_scalar(
        "select by_name || ' ' || (deed ->> 'kind') from people_log
         where about_name = $1 and deed ->> 'kind' not in ('added', 'passkey_added') order by id",
    )
    .bind(name)
    .fetch_all(pool)
    .await
    .unwrap()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_right_password_alone_signs_nobody_in_and_the_passkey_does(pool: PgPool) {
    let team = team(&pool).await;
    let mut device = Authenticator::es256("phone", ORIGIN);
    turned_on(&team.qa, &device).await;
    let browser = team.app.browser();
    let fields = [
        ("name", "quinn"),
        ("password", team.qa.password.as_str()),
        ("next", "/?tab=open"),
    ];
    let away = browser
        .post_form("/sign-in", "/api/session/sign_in", &fields)
        .await;
    assert_eq!(away.status, StatusCode::SEE_OTHER);
    assert_eq!(away.header("location"), "/sign-in?next=/%3Ftab%3Dopen");
    let half = browser.cookie();

    // A stranger everywhere.
    assert_eq!(who(&browser).await, None);
    for (path, _) in server_fn_paths().filter(|(path, _)| !guard::OPEN.contains(path)) {
        let page = browser.call(path, &[]).await;
        assert_eq!(page.text, r#"{"kind":"signed_out"}"#, "{path}");
    }
    for path in ["/", "/account", "/people", "/live/runs/1"] {
        let page = browser.get(path).await;
        assert!(page.header("location").starts_with("/sign-in"), "{path}");
    }
    let sessions: Vec<Option<i64>> =
        sqlx::query_scalar("select person_id from session where data ? 'pending'")
            .fetch_all(&pool)
            .await
            .unwrap();
    assert_eq!(sessions, [None]);

    let step = browser.get(away.header("location")).await.text;
    for words in [
        "Confirm with your passkey",
        "A passkey needs JavaScript",
        "Recovery code",
        r#"name="next" value="/?tab=open""#,
    ] {
        assert!(step.contains(words), "{words:?} is missing in {step}");
    }
    let answer = device.sign(&asked(&browser).await);
    let fields = [("passkey", answer.as_str()), ("next", "/?tab=open")];
    let done = browser.post_form("/sign-in", CONFIRM, &fields).await;
    assert_eq!(
        (done.status, done.header("location")),
        (StatusCode::SEE_OTHER, "/?tab=open")
    );
    assert_eq!(who(&browser).await.as_deref(), Some("quinn"));
    assert_ne!(browser.cookie(), half);
    browser.set_cookie(half);
    assert_eq!(who(&browser).await, None);
    let page = browser.get("/sign-in").await.text;
    assert!(!page.contains("Confirm with your passkey"));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn before_the_password_was_right_nothing_says_that_there_is_a_second_step(pool: PgPool) {
    let team = team(&pool).await;
    turned_on(&team.qa, &Authenticator::es256("phone", ORIGIN)).await;
    let mut answers = Vec::new();
    for name in ["quinn", "dora", "nobody"] {
        let browser = team.app.browser();
        let fields = [("name", name), ("password", "not the password")];
        let page = browser.call("/api/session/sign_in", &fields).await;
        let names: Vec<String> = page.headers.keys().map(ToString::to_string).collect();
        assert_eq!(browser.cookie(), None);
        let step = browser.call("/api/second_factor/page", &[]).await.text;
        answers.push((page.status, page.text, names, step));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);
    assert_eq!(answers[0].3, r#"{"waiting":null,"refused":null}"#);
    let (status, said) = team
        .app
        .browser()
        .call("/api/second_factor/ask", &[])
        .await
        .refusal();
    assert!(status == 422 && said.contains("No sign-in waits"), "{said}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn only_an_answer_for_this_very_sign_in_completes_it(pool: PgPool) {
    let team = team(&pool).await;
    let (mut device, mut others) = (
        Authenticator::es256("phone", ORIGIN),
        Authenticator::ed25519("stick", ORIGIN),
    );
    turned_on(&team.qa, &device).await;
    turned_on(&team.developer, &others).await;
    let (one, other) = (
        waiting(&team, "quinn", &team.qa.password).await,
        waiting(&team, "quinn", &team.qa.password).await,
    );
    let developer = waiting(&team, "dora", &team.developer.password).await;
    let refused = async |browser: &Browser, answer: &str, words: &str| {
        forget_attempts(&pool).await;
        let (status, said) = confirm(browser, answer).await.refusal();
        assert!(
            status == 422 && said.contains(words),
            "{words:?}: {status} {said}"
        );
        assert_eq!(who(browser).await, None, "{words}");
    };
    refused(&one, "{}", "cannot be read").await;
    // Another session, another person, another person's key, another question.
    let elsewhere = device.sign(&asked(&other).await);
    refused(&one, &elsewhere, "did not ask for").await;
    let hers = others.sign(&asked(&developer).await);
    refused(&one, &hers, "did not ask for").await;
    let crossed = others.sign(&asked(&one).await);
    refused(&one, &crossed, "none of yours").await;
    let fields = [("password", team.qa.password.as_str())];
    let offer: gonogo::api::passkey::Offer = team.qa.call("/api/passkey/offer", &fields).await.answer();
    refused(&one, &device.sign(&offer.challenge), "did not ask for").await;
    // Once.
    let challenge = asked(&one).await;
    device.verifies = false;
    refused(&one, &device.sign(&challenge), "that it is you").await;
    device.verifies = true;
    refused(&one, &device.sign(&challenge), "used already").await;

    let answer = device.sign(&asked(&one).await);
    assert_eq!(confirm(&one, &answer).await.status, StatusCode::OK);
    assert_eq!(who(&one).await.as_deref(), Some("quinn"));
    refused(&other, &answer, "did not ask for").await;

    // Five minutes after the password nothing counts, however fresh the question.
    team.app.advance(TimeDelta::minutes(4));
    let answer = device.sign(&asked(&other).await);
    team.app.advance(TimeDelta::seconds(61));
    refused(&other, &answer, "Begin again").await;
    let page = other.get("/sign-in").await.text;
    assert!(!page.contains("Confirm with your passkey"), "{page}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_sign_in_that_waits_ends_with_what_it_began_on(pool: PgPool) {
    let team = team(&pool).await;
    let mut device = Authenticator::es256("phone", ORIGIN);
    let codes = turned_on(&team.qa, &device).await;
    let deeds: [&'static str; 4] = [
        "update person set disabled_at = now() where name = 'quinn'",
        "update person set disabled_at = null, password_hash = '$argon2id$another' where name = 'quinn'",
        "delete from second_factor",
        "delete from passkey",
    ];
    let hash: String = sqlx::query_scalar("select password_hash from person where name = 'quinn'")
        .fetch_one(&pool)
        .await
        .unwrap();
    for deed in deeds {
        forget_attempts(&pool).await;
        let (browser, coded) = (
            waiting(&team, "quinn", &team.qa.password).await,
            waiting(&team, "quinn", &team.qa.password).await,
        );
        let answer = device.sign(&asked(&browser).await);
        sqlx::query(deed).execute(&pool).await.unwrap();
        assert_eq!(confirm(&browser, &answer).await.refusal().0, 422, "{deed}");
        assert_eq!(who(&browser).await, None, "{deed}");
        // The codes outlive a passkey alone: that is what they are for.
        if deed != "delete from passkey" {
            assert_eq!(recover(&coded, &codes[0]).await.refusal().0, 422, "{deed}");
        }
        sqlx::query("update person set password_hash = $1, disabled_at = null where name = 'quinn'")
            .bind(&hash)
            .execute(&pool)
            .await
            .unwrap();
        sqlx::query("insert into second_factor (person_id, turned_on_at) select id, now() from person where name = 'quinn' on conflict do nothing")
            .execute(&pool)
            .await
            .unwrap();
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_failed_second_step_counts_as_a_wrong_password_does(pool: PgPool) {
    let team = team(&pool).await;
    let codes = turned_on(&team.qa, &Authenticator::es256("phone", ORIGIN)).await;
    let browser = waiting(&team, "quinn", &team.qa.password).await;
    for _ in 0..2 {
        assert_eq!(recover(&browser, "abcdef").await.refusal().0, 422);
        assert_eq!(confirm(&browser, "{}").await.refusal().0, 422);
    }
    let page = recover(&browser, &codes[0]).await;
    assert_eq!(page.text, r#"{"kind":"too_many_attempts","seconds":2}"#);
    // The right password forgets nothing: whoever has it does not try codes for ever.
    let fields = [("name", "quinn"), ("password", team.qa.password.as_str())];
    let page = team.app.browser().call("/api/session/sign_in", &fields).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    team.app.advance(TimeDelta::seconds(2));
    assert_eq!(recover(&browser, &codes[0]).await.status, StatusCode::OK);
    let counted: i64 = sqlx::query_scalar("select count(*) from sign_in_failure where name = 'quinn'")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(counted, 0);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_recovery_code_works_once_without_scripts_and_the_account_says_how_many_are_left(pool: PgPool) {
    let team = team(&pool).await;
    let codes = turned_on(&team.qa, &Authenticator::es256("phone", ORIGIN)).await;
    assert_eq!((codes.len(), codes_left(&team.qa).await), (10, Some(10)));
    let stored: String = sqlx::query_scalar("select string_agg(recovery_code::text, ' ') from recovery_code")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert!(codes.iter().all(|code| !stored.contains(code.as_str())));

    let typed = codes[3].to_uppercase().replace('-', " ");
    let browser = waiting(&team, "quinn", &team.qa.password).await;
    let done = browser
        .post_form("/sign-in", RECOVER, &[("code", &typed), ("next", "/account")])
        .await;
    assert_eq!(
        (done.status, done.header("location")),
        (StatusCode::SEE_OTHER, "/account")
    );
    let page = browser.get("/account").await.text;
    assert!(page.contains("9 recovery codes left"), "{page}");

    let again = waiting(&team, "quinn", &team.qa.password).await;
    let back = again
        .post_form("/sign-in", RECOVER, &[("code", &codes[3]), ("next", "/")])
        .await;
    let path = back.header("location").strip_prefix(team.app.url());
    let path = path.unwrap_or_else(|| back.header("location")).to_owned();
    assert!(!path.contains(&codes[3]), "{path}");
    let page = again.get(&path).await.text;
    assert!(
        page.contains("none of your recovery codes") && page.contains("Confirm with your passkey"),
        "{path}: {page}"
    );
    assert_eq!(who(&again).await, None);
    // Somebody else's opens nothing either.
    let theirs = turned_on(&team.developer, &Authenticator::es256("laptop", ORIGIN)).await;
    assert_eq!(recover(&again, &theirs[0]).await.refusal().0, 422);
    assert_eq!(
        log(&pool, "quinn").await,
        ["quinn second_factor_turned_on", "quinn recovery_code_used"]
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn of_all_who_use_one_code_at_once_one_comes_in(pool: PgPool) {
    let team = team(&pool).await;
    let codes = turned_on(&team.qa, &Authenticator::es256("phone", ORIGIN)).await;
    let mut browsers = Vec::new();
    for _ in 0..4 {
        browsers.push(waiting(&team, "quinn", &team.qa.password).await);
        forget_attempts(&pool).await;
    }
    let pages = futures::future::join_all(browsers.iter().map(|browser| recover(browser, &codes[0]))).await;
    let statuses: Vec<u16> = pages.iter().map(|page| page.status.as_u16()).collect();
    let came_in = statuses.iter().filter(|status| **status == 200).count();
    assert_eq!(came_in, 1, "{statuses:?}");
    assert_eq!(codes_left(&team.qa).await, Some(9));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn it_is_turned_on_and_off_with_the_password_and_ends_with_the_last_passkey(pool: PgPool) {
    let team = team(&pool).await;
    let qa = &team.qa;
    let (status, said) = change(qa, "turn_on", &qa.password).await.refusal();
    assert!(status == 422 && said.contains("add one first"), "{said}");
    let device = Authenticator::es256("phone", ORIGIN);
    added(qa, &device).await;
    let elsewhere = team.app.browser();
    elsewhere.sign_in("quinn", &qa.password).await;
    assert_eq!(
        change(qa, "turn_on", "not the password").await.error(),
        Error::WrongPassword
    );
    assert_eq!(codes_left(qa).await, None);
    let old: Option<Vec<String>> = change(qa, "turn_on", &qa.password).await.answer();
    // A session that the password alone began ends.
    assert_eq!(who(&elsewhere).await, None);
    assert_eq!(who(qa).await.as_deref(), Some("quinn"));
    assert_eq!(change(qa, "turn_on", &qa.password).await.refusal().0, 409);

    let new: Option<Vec<String>> = change(qa, "new_codes", &qa.password).await.answer();
    let (old, new) = (old.unwrap(), new.unwrap());
    let browser = waiting(&team, "quinn", &qa.password).await;
    assert_eq!(recover(&browser, &old[0]).await.refusal().0, 422);
    assert_eq!(recover(&browser, &new[0]).await.status, StatusCode::OK);

    assert_eq!(
        change(qa, "turn_off", "not the password").await.error(),
        Error::WrongPassword
    );
    let none: Option<Vec<String>> = change(qa, "turn_off", &qa.password).await.answer();
    assert_eq!((none, codes_left(qa).await), (None, None));
    assert_eq!(change(qa, "new_codes", &qa.password).await.refusal().0, 409);
    assert_eq!(
        team.app
            .browser()
            .sign_in("quinn", &qa.password)
            .await
            .header("location"),
        "/"
    );

    change(qa, "turn_on", &qa.password)
        .await
        .answer::<Option<Vec<String>>>();
    let known: Known = account(qa).await.passkeys;
    let id = known.passkeys[0].id.to_string();
    let fields = [("id", id.as_str()), ("password", &qa.password)];
    qa.call("/api/passkey/remove", &fields).await.answer::<()>();
    assert_eq!(codes_left(qa).await, None);
    let rows: i64 = sqlx::query_scalar("select count(*) from recovery_code")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(rows, 0);
    let deeds = [
        "second_factor_turned_on",
        "recovery_codes_made",
        "recovery_code_used",
        "second_factor_turned_off",
        "second_factor_turned_on",
        "second_factor_turned_off",
        "passkey_removed",
    ];
    assert_eq!(
        log(&pool, "quinn").await,
        deeds.map(|deed| format!("quinn {deed}"))
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn codes_are_shown_once_where_scripts_do_not_run(pool: PgPool) {
    let team = team(&pool).await;
    added(&team.qa, &Authenticator::es256("phone", ORIGIN)).await;
    let fields = [("deed", "turn_on"), ("password", team.qa.password.as_str())];
    let back = team
        .qa
        .post_form("/account", "/api/second_factor/change", &fields)
        .await;
    assert_eq!(back.status, StatusCode::SEE_OTHER);
    let page = team.qa.get("/account").await.text;
    assert!(
        page.contains("shown only now") && page.contains("10 recovery codes left"),
        "{page}"
    );
    assert!(!team.qa.get("/account").await.text.contains("shown only now"));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn whoever_lost_their_device_comes_in_by_an_admin_or_by_the_terminal(pool: PgPool) {
    let team = team(&pool).await;
    let admin = Member::new(&team.app, "ann", Role::Admin).await;
    let id: i64 = sqlx::query_scalar("select id from person where name = 'quinn'")
        .fetch_one(&pool)
        .await
        .unwrap();
    let id = id.to_string();
    let remove = async |by: &Member, password: &str| {
        let fields = [("id", id.as_str()), ("password", password)];
        by.call("/api/person/remove_passkeys", &fields).await
    };
    assert_eq!(remove(&admin, &admin.password).await.refusal().0, 409);
    turned_on(&team.qa, &Authenticator::es256("phone", ORIGIN)).await;
    let page = admin.get(&format!("/people/{id}")).await.text;
    assert!(page.contains("Has 1 passkey"), "{page}");
    assert_eq!(
        remove(&admin, "not the password").await.error(),
        Error::WrongPassword
    );
    assert_eq!(remove(&team.owner, &team.owner.password).await.refusal().0, 403);
    remove(&admin, &admin.password).await.answer::<()>();
    assert_eq!(who(&team.qa).await, None);
    let away = team.qa.sign_in("quinn", &team.qa.password).await;
    assert_eq!(away.header("location"), "/");

    turned_on(&team.qa, &Authenticator::es256("phone", ORIGIN)).await;
    let half = waiting(&team, "quinn", &team.qa.password).await;
    let password = person::set_password(team.app.state(), "quinn", None)
        .await
        .unwrap();
    let browser = team.app.browser();
    let away = browser.sign_in("quinn", &password.unwrap()).await;
    assert_eq!(away.header("location"), "/account");
    let page = half.get("/sign-in").await.text;
    assert!(!page.contains("Confirm with your passkey"), "{page}");
    assert_eq!(
        log(&pool, "quinn").await,
        [
            "quinn second_factor_turned_on",
            "ann passkey_removed",
            "ann second_factor_turned_off",
            "ann sessions_ended",
            "quinn second_factor_turned_on",
            "Gonogo passkey_removed",
            "Gonogo second_factor_turned_off",
            "Gonogo password_reset",
        ]
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_password_that_has_to_be_changed_has_its_second_step_too(pool: PgPool) {
    let team = team(&pool).await;
    let mut device = Authenticator::es256("phone", ORIGIN);
    turned_on(&team.qa, &device).await;
    sqlx::query("update person set must_change_password = true where name = 'quinn'")
        .execute(&pool)
        .await
        .unwrap();
    let browser = waiting(&team, "quinn", &team.qa.password).await;
    let answer = device.sign(&asked(&browser).await);
    let fields = [("passkey", answer.as_str()), ("next", "/?tab=open")];
    let done = browser.post_form("/sign-in", CONFIRM, &fields).await;
    assert_eq!(done.header("location"), "/account");
    assert_eq!(browser.get("/").await.header("location"), "/account");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn after_a_restore_the_passkey_is_asked_for_and_no_code_works(pool: PgPool) {
    let team = team(&pool).await;
    let codes = turned_on(&team.qa, &Authenticator::es256("phone", ORIGIN)).await;
    assert_eq!(store::backup::MARK, "gonogo: restored");
    sqlx::query("comment on schema public is 'gonogo: restored'")
        .execute(&pool)
        .await
        .unwrap();
    let mut tx = pool.begin().await.unwrap();
    let let_go = store::backup::let_go(&mut tx, team.app.state().clock.now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(let_go.unwrap().recovery_codes, 10);
    let browser = waiting(&team, "quinn", &team.qa.password).await;
    assert_eq!(recover(&browser, &codes[0]).await.refusal().0, 422);
}
