//! Passkeys: added, removed, and signed with; and every answer that does not count.

use crate::support::{App, Member, Page, Place, SHOP, Team, authenticator::Authenticator, noon};
use chrono::TimeDelta;
use domain::{
    Role,
    event::{Event, Happening},
    run::RunId,
    sign_off::Confirmation,
};
use gonogo::{
    api::{
        Error,
        account::AccountPage,
        passkey::{Known, Offer, Question},
    },
    server::{clock::Clock, person},
};
use sqlx::PgPool;
use std::collections::BTreeMap;
use store::passkey::Used;

pub(crate) const ORIGIN: &str = "http://localhost:8080";

/// Four people at a site that has a name.
pub(crate) async fn team(pool: &PgPool) -> Team {
    let place = Place::new().await;
    let named = BTreeMap::from([("GONOGO_URL".to_owned(), ORIGIN.to_owned())]);
    let app = place.app_knowing(pool, Clock::at(noon()), named).await;
    Team::at(place, app).await
}

async fn known(member: &Member) -> Known {
    let page: AccountPage = member.call("/api/account/page", &[]).await.answer();
    page.passkeys
}

async fn offer(member: &Member, password: &str) -> Page {
    member.call("/api/passkey/offer", &[("password", password)]).await
}

async fn challenge(member: &Member) -> String {
    let offer: Offer = offer(member, &member.password).await.answer();
    assert_eq!(offer.site, "localhost");
    offer.challenge
}

async fn add(member: &Member, answer: &str) -> Page {
    let fields = [("name", "My phone"), ("passkey", answer)];
    member.call("/api/passkey/add", &fields).await
}

pub(crate) async fn added(member: &Member, device: &Authenticator) {
    let made = device.make(&challenge(member).await);
    add(member, &made).await.answer::<()>();
}

/// The fields of the form that signs: for another comment, it is another answer.
async fn form(member: &Member, run: RunId, comment: &str) -> Vec<(&'static str, String)> {
    let record = member.page(run).await.run.record;
    [
        ("run", run.0.to_string()),
        ("role", member.role.key().to_owned()),
        ("meaning", "go".to_owned()),
        ("comment", comment.to_owned()),
        ("record", record.to_string()),
    ]
    .to_vec()
}

async fn send(member: &Member, path: &str, fields: &[(&'static str, String)]) -> Page {
    let fields: Vec<_> = fields
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    member.call(path, &fields).await
}

async fn asked(member: &Member, form: &[(&'static str, String)]) -> String {
    let question: Question = send(member, "/api/sign_off/ask", form).await.answer();
    question.challenge
}

async fn sign(member: &Member, form: &[(&'static str, String)], answer: &str) -> Page {
    let mut form = form.to_vec();
    form.extend([("password", String::new()), ("passkey", answer.to_owned())]);
    send(member, "/api/sign_off/sign", &form).await
}

async fn confirmations(member: &Member, run: RunId) -> Vec<Option<Confirmation>> {
    let id = run.0.to_string();
    let fields = [("run", id.as_str()), ("after", "0")];
    let events: Vec<Event> = member.call("/api/evidence/log", &fields).await.answer();
    let signed = events.into_iter().filter_map(|event| match event.what {
        Happening::Signed { confirmed, .. } => Some(confirmed),
        _ => None,
    });
    signed.collect()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn somebody_adds_a_passkey_with_their_password_and_removes_it_with_it(pool: PgPool) {
    let team = team(&pool).await;
    let device = Authenticator::es256("phone", ORIGIN);
    assert_eq!(
        offer(&team.qa, "not the password").await.error(),
        Error::WrongPassword
    );
    let made = device.make(&challenge(&team.qa).await);
    add(&team.qa, &made).await.answer::<()>();
    let (status, said) = add(&team.qa, &made).await.refusal();
    assert!(status == 422 && said.contains("used already"), "{said}");
    let there = known(&team.qa).await;
    assert_eq!(there.impossible, None);
    let one = &there.passkeys[0];
    assert_eq!(
        (one.name.as_str(), one.made_at, one.last_used_at),
        ("My phone", noon(), None)
    );
    let page = team.qa.get("/account").await;
    assert!(page.text.contains("My phone") && page.text.contains("Passkeys need JavaScript"));

    let made = device.make(&challenge(&team.developer).await);
    let (_, said) = add(&team.developer, &made).await.refusal();
    assert!(said.contains("somebody's already"), "{said}");
    let id = one.id.to_string();
    let remove = async |member: &Member, password: &str| {
        let fields = [("id", id.as_str()), ("password", password)];
        member.call("/api/passkey/remove", &fields).await
    };
    assert_eq!(
        remove(&team.qa, "not the password").await.error(),
        Error::WrongPassword
    );
    assert_eq!(remove(&team.owner, &team.owner.password).await.refusal().0, 404);
    remove(&team.qa, &team.qa.password).await.answer::<()>();
    assert_eq!(known(&team.qa).await.passkeys, []);
    let log: Vec<String> = sqlx::query_scalar(
        "select deed ->> 'kind' from people_log where deed ->> 'kind' like 'passkey%' and by_name = 'quinn' order by id",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(log, ["passkey_added", "passkey_removed"]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_key_that_the_browser_made_for_another_page_or_without_a_pin_is_not_added(pool: PgPool) {
    let team = team(&pool).await;
    let refused = async |change: &dyn Fn(&mut Authenticator)| {
        let mut device = Authenticator::ed25519("phone", ORIGIN);
        change(&mut device);
        let made = device.make(&challenge(&team.qa).await);
        add(&team.qa, &made).await.refusal().1
    };
    let said = refused(&|device| device.origin = "http://localhost:9090".to_owned()).await;
    assert!(said.contains("is not this Gonogo"), "{said}");
    let said = refused(&|device| device.site = "gonogo.example".to_owned()).await;
    assert!(said.contains("another site"), "{said}");
    let said = refused(&|device| device.verifies = false).await;
    assert!(said.contains("that it is you"), "{said}");
    assert_eq!(known(&team.qa).await.passkeys, []);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_passkey_signs_in_place_of_the_password_and_the_event_says_which(pool: PgPool) {
    let team = team(&pool).await;
    let run = team.settled(SHOP).await;
    team.developer.sign(run, "go", "").await.answer::<()>();
    for (member, mut device) in [
        (&team.qa, Authenticator::es256("phone", ORIGIN)),
        (&team.devops, Authenticator::ed25519("stick", ORIGIN)),
    ] {
        added(member, &device).await;
        // Without the page's program, the browser ends lines otherwise than the script that asked.
        let script = form(member, run, "looked at\nall of it").await;
        let form = form(member, run, "looked at\r\nall of it").await;
        let answer = device.sign(&asked(member, &script).await);
        sign(member, &form, &answer).await.answer::<()>();
        let (status, said) = sign(member, &form, &answer).await.refusal();
        assert!(status == 422 && said.contains("used already"), "{said}");
        let now = team.app.state().clock.now();
        assert_eq!(known(member).await.passkeys[0].last_used_at, Some(now));
    }
    let (password, passkey) = (Some(Confirmation::Password), Some(Confirmation::Passkey));
    assert_eq!(confirmations(&team.qa, run).await, [password, passkey, passkey]);
    let page = team.qa.page(run).await;
    assert_eq!((page.run.sign_offs.len(), page.has_passkey), (3, true));
    assert!(!team.owner.page(run).await.has_passkey);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_answer_of_a_passkey_that_does_not_count_signs_nothing_and_says_why(pool: PgPool) {
    let team = team(&pool).await;
    let run = team.settled(SHOP).await;
    let qa = &team.qa;
    let mut device = Authenticator::es256("phone", ORIGIN);
    let mut others = Authenticator::es256("laptop", ORIGIN);
    added(qa, &device).await;
    added(&team.developer, &others).await;
    let form_ = form(qa, run, "").await;
    let refused = async |fields: &[(&'static str, String)], answer: &str, words: &str| {
        let (status, said) = sign(qa, fields, answer).await.refusal();
        assert!(
            status == 422 && said.contains(words),
            "{words:?}: {status} {said}"
        );
    };
    refused(&form_, "{}", "cannot be read").await;
    refused(&form_, &device.make(&asked(qa, &form_).await), "another question").await;
    refused(&form_, &others.sign(&asked(qa, &form_).await), "none of yours").await;

    // Another key under the right name, another answer, another session.
    let forged = Authenticator::es256("phone", ORIGIN).sign(&asked(qa, &form_).await);
    refused(&form_, &forged, "not the passkey's").await;
    let other = form(qa, run, "and something else").await;
    refused(
        &other,
        &device.sign(&asked(qa, &form_).await),
        "something else than what was sent",
    )
    .await;
    let elsewhere = others.sign(&asked(&team.developer, &form(&team.developer, run, "").await).await);
    refused(&form_, &elsewhere, "did not ask for").await;

    device.origin = "https://gonogo.example".to_owned();
    refused(
        &form_,
        &device.sign(&asked(qa, &form_).await),
        "is not this Gonogo",
    )
    .await;
    device.origin = ORIGIN.to_owned();
    device.verifies = false;
    refused(&form_, &device.sign(&asked(qa, &form_).await), "that it is you").await;
    device.verifies = true;

    let late = device.sign(&asked(qa, &form_).await);
    team.app.advance(TimeDelta::minutes(5) + TimeDelta::seconds(1));
    refused(&form_, &late, "longer than five minutes").await;
    assert_eq!(confirmations(qa, run).await, []);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_password_that_somebody_else_sets_takes_the_passkeys_away(pool: PgPool) {
    let team = team(&pool).await;
    let device = Authenticator::es256("phone", ORIGIN);
    added(&team.qa, &device).await;
    person::set_password(team.app.state(), "quinn", None)
        .await
        .unwrap();
    let left: i64 = sqlx::query_scalar("select count(*) from passkey")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(left, 0);
    let log: String = sqlx::query_scalar("select string_agg(deed ->> 'kind', ' ' order by id) from people_log where deed ->> 'kind' like 'pass%'")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert!(log.ends_with("passkey_removed password_reset"), "{log}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_counter_that_goes_back_is_a_copied_key(pool: PgPool) {
    let team = team(&pool).await;
    let run = team.settled(SHOP).await;
    let mut device = Authenticator::es256("phone", ORIGIN);
    device.count = 7;
    added(&team.qa, &device).await;
    let form = form(&team.qa, run, "").await;
    for count in [6, 5] {
        device.count = count;
        let answer = device.sign(&asked(&team.qa, &form).await);
        let (status, said) = sign(&team.qa, &form, &answer).await.refusal();
        assert!(status == 422 && said.contains("went back"), "{said}");
    }
    assert_eq!(confirmations(&team.qa, run).await, []);
    device.count = 7;
    let answer = device.sign(&asked(&team.qa, &form).await);
    sign(&team.qa, &form, &answer).await.answer::<()>();
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_passkey_that_is_removed_while_it_signs_is_gone_and_not_copied(pool: PgPool) {
    let team = team(&pool).await;
    added(&team.qa, &Authenticator::es256("phone", ORIGIN)).await;
    let id = known(&team.qa).await.passkeys[0].id;
    let mut connection = pool.acquire().await.unwrap();
    let used = store::passkey::used(&mut connection, id, 3, noon())
        .await
        .unwrap();
    assert_eq!(used, Used::Noted);
    let used = store::passkey::used(&mut connection, id, 3, noon())
        .await
        .unwrap();
    assert_eq!(used, Used::WentBack);
    sqlx::query("delete from passkey").execute(&pool).await.unwrap();
    let used = store::passkey::used(&mut connection, id, 4, noon())
        .await
        .unwrap();
    assert_eq!(used, Used::Removed);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn of_many_questions_that_nobody_answers_the_oldest_go(pool: PgPool) {
    let team = team(&pool).await;
    let device = Authenticator::es256("phone", ORIGIN);
    let mut asked = Vec::new();
    for _ in 0..11 {
        team.app.advance(TimeDelta::seconds(1));
        asked.push(challenge(&team.qa).await);
    }
    let stored: i64 = sqlx::query_scalar("select count(*) from passkey_challenge")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(stored, 10);
    let (_, said) = add(&team.qa, &device.make(&asked[0])).await.refusal();
    assert!(said.contains("did not ask for"), "{said}");
    add(&team.qa, &device.make(&asked[1])).await.answer::<()>();
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn of_passkeys_that_are_added_at_once_none_is_the_twenty_first(pool: PgPool) {
    let team = team(&pool).await;
    sqlx::query(
        "insert into passkey (person_id, credential, name, algorithm, public_key, sign_count, made_at)
         select id, int4send(n), 'one of many', -8, ''::bytea, 0, now() from person, generate_series(1, 18) n where name = 'quinn'",
    )
    .execute(&pool)
    .await
    .unwrap();
    let mut made = Vec::new();
    for number in 0..6 {
        let device = Authenticator::ed25519(&format!("stick {number}"), ORIGIN);
        made.push(device.make(&challenge(&team.qa).await));
    }
    let pages = futures::future::join_all(made.iter().map(|answer| add(&team.qa, answer))).await;
    let added = pages.iter().filter(|page| page.status == 200).count();
    assert_eq!((added, known(&team.qa).await.passkeys.len()), (2, 20));
    for page in pages.iter().filter(|page| page.status != 200) {
        assert!(page.refusal().1.contains("You have 20 passkeys"));
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_site_without_a_name_says_that_it_has_no_passkeys(pool: PgPool) {
    let app = App::start(&pool).await;
    let qa = Member::new(&app, "ada", Role::Qa).await;
    let why = known(&qa).await.impossible.unwrap();
    assert!(
        why.contains("GONOGO_PUBLIC_URL") && why.contains(app.url()),
        "{why}"
    );
    let (status, said) = offer(&qa, &qa.password).await.refusal();
    assert_eq!((status, said), (422, why));
    let page = qa.get("/account").await;
    assert!(page.text.contains("GONOGO_PUBLIC_URL") && !page.text.contains("Add a passkey"));
}

#[test]
fn a_signature_of_a_version_without_passkeys_is_written_as_it_was_read() {
    let stored = serde_json::json!({
        "event": "signed", "role": "qa", "meaning": "go", "comment": "", "signed": "0".repeat(64), "conditions": [],
        "nonce": "one"
    });
    let read: Result<Happening, _> = serde_json::from_value(stored.clone());
    assert_eq!(serde_json::to_value(read.unwrap()).unwrap(), stored);
}
