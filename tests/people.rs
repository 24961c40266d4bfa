//! People: invited, given roles, kept out; and the log of it.

use crate::{
    account::lasts,
    support::{App, Look, Member, Page, SHOP, Team},
};
use chrono::TimeDelta;
use domain::{Role, run::RunId};
use gonogo::api::{
    Error,
    person::{PeoplePage, PersonPage},
};
use reqwest::StatusCode;
use sqlx::PgPool;
use std::time::Duration;

const PASSWORD: &str = "correct horse battery staple";

async fn id(pool: &PgPool, name: &str) -> String {
    let id: i64 = sqlx::query_scalar("select id from person where name = $1")
        .bind(name)
        .fetch_one(pool)
        .await
        .unwrap();
    id.to_string()
}

async fn people(admin: &Member, text: &str) -> PeoplePage {
    let fields = [("filter[text]", text), ("filter[after]", "")];
    admin.call("/api/person/list", &fields).await.answer()
}

async fn set_roles(admin: &Member, id: &str, place: &str, before: &str, roles: &[&str]) -> Page {
    let mut fields = vec![("id", id), ("environment", place), ("before", before)];
    fields.push(("password", &admin.password));
    fields.extend(roles.iter().map(|role| ("roles[]", *role)));
    admin.call("/api/person/set_roles", &fields).await
}

fn token(link: &str) -> &str {
    link.split_once("token=").unwrap().1
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_link_makes_a_person_once_and_signs_them_in(pool: PgPool) {
    let app = App::start(&pool).await;
    let admin = Member::new(&app, "ann", Role::Admin).await;
    let link = admin.link("Grace H.", &[Role::Qa, Role::Developer]).await;
    assert!(token(&link).len() >= 43, "256 bits: {link}");
    let kept: Vec<u8> = sqlx::query_scalar("select key from invitation")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert!(
        !kept
            .windows(8)
            .any(|part| token(&link).as_bytes().windows(8).any(|other| part == other))
    );
    let grace = app.browser();
    for _ in 0..2 {
        let page = grace.get(&link).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(
            page.text.contains("Grace H.") && page.text.contains("QA, Developer"),
            "{}",
            page.text
        );
    }
    let fields = [("token", token(&link)), ("name", "grace"), ("password", PASSWORD)];
    let short = [("token", token(&link)), ("name", "grace"), ("password", "short")];
    let taken = [("token", token(&link)), ("name", "ann"), ("password", PASSWORD)];
    let capital = [("token", token(&link)), ("name", "Grace"), ("password", PASSWORD)];
    let common = [
        ("token", token(&link)),
        ("name", "grace"),
        ("password", "1qaz2wsx3edc4rfv"),
    ];
    for (fields, words) in [
        (short, "A password has 15 to 256 characters; this one has 5."),
        (common, "This password is guessed soon: it is a well-known one"),
        (capital, "\"Grace\" cannot be a name"),
        (taken, "Somebody has this name already"),
    ] {
        let away = grace.post_form(&link, "/api/invitation/accept", &fields).await;
        let back = away
            .header("location")
            .strip_prefix(app.url())
            .unwrap()
            .to_owned();
        let page = grace.get(&back).await;
        assert!(page.text.contains(words), "{}", page.text);
        let again = grace.get(&link).await.text;
        assert!(!again.contains(words), "said once: {again}");
    }
    let done = grace.post_form(&link, "/api/invitation/accept", &fields).await;
    assert_eq!(
        (done.status, done.header("location")),
        (StatusCode::SEE_OTHER, "/")
    );
    let page = grace.get("/").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("Grace H."), "{}", page.text);
    let again = [("token", token(&link)), ("name", "eve"), ("password", PASSWORD)];
    let used = app.browser().call("/api/invitation/accept", &again).await;
    assert_eq!(used.status, StatusCode::NOT_FOUND);
    let lines = people(&admin, "GRACE").await.people;
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0].roles, [Role::Developer, Role::Qa]);
    assert!(people(&admin, "").await.invitations.is_empty());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_link_that_was_used_revoked_forged_or_made_by_somebody_disabled_or_demoted_or_is_too_old_says_the_same(
    pool: PgPool,
) {
    let app = App::start(&pool).await;
    let admin = Member::new(&app, "ann", Role::Admin).await;
    let other = Member::new(&app, "bob", Role::Admin).await;
    let late = admin.link("Late", &[Role::Viewer]).await;
    app.advance(TimeDelta::days(7));
    admin.sign_in("ann", &admin.password).await;
    other.sign_in("bob", &other.password).await;
    let used = admin.link("Used", &[Role::Viewer]).await;
    let fields = [("token", token(&used)), ("name", "used"), ("password", PASSWORD)];
    app.browser()
        .call("/api/invitation/accept", &fields)
        .await
        .answer::<()>();
    let revoked = admin.link("Revoked", &[Role::Viewer]).await;
    let open = people(&admin, "").await.invitations;
    assert_eq!(open.len(), 1, "{open:?}");
    let number = open[0].id.to_string();
    admin
        .call("/api/invitation/revoke", &[("id", &number)])
        .await
        .answer::<()>();
    let orphan = other.link("Orphan", &[Role::Viewer]).await;
    let bob = id(&pool, "bob").await;
    admin
        .call("/api/person/disable", &[("id", &bob)])
        .await
        .answer::<()>();
    let cleo = Member::new(&app, "cleo", Role::Admin).await;
    let demoted = cleo.link("Way back", &[Role::Admin]).await;
    set_roles(&admin, &id(&pool, "cleo").await, "", "admin", &["viewer"])
        .await
        .answer::<()>();
    let forged = format!("/invite?token={}", "A".repeat(43));
    let mut answers = Vec::new();
    for link in [&late, &used, &revoked, &orphan, &demoted, &forged] {
        let read = app
            .browser()
            .call("/api/invitation/page", &[("token", token(link))])
            .await;
        let fields = [("token", token(link)), ("name", "eve"), ("password", PASSWORD)];
        let joined = app.browser().call("/api/invitation/accept", &fields).await;
        assert_eq!((read.status, &read.text), (joined.status, &joined.text), "{link}");
        let page = app.browser().get(link).await;
        assert!(page.text.contains("This link cannot be used"), "{}", page.text);
        answers.push((read.status, read.text));
    }
    assert_eq!(answers[0].0, StatusCode::NOT_FOUND);
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn two_who_use_one_link_at_once_become_one_person(pool: PgPool) {
    let app = App::start(&pool).await;
    let admin = Member::new(&app, "ann", Role::Admin).await;
    let link = admin.link("Twins", &[Role::Viewer]).await;
    let join = async |name: &str| {
        let fields = [("token", token(&link)), ("name", name), ("password", PASSWORD)];
        app.browser()
            .call("/api/invitation/accept", &fields)
            .await
            .status
            .as_u16()
    };
    let (one, other) = futures::join!(join("castor"), join("pollux"));
    let mut statuses = [one, other];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 404]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_stolen_session_of_an_admin_makes_no_link_and_no_token_and_gives_no_role(pool: PgPool) {
    let app = App::start(&pool).await;
    let admin = Member::new(&app, "ann", Role::Admin).await;
    app.add_person("ada", &[Role::Qa]).await;
    let ada = id(&pool, "ada").await;
    let wrong = ("password", "not the password");
    for (path, fields) in [
        (
            "/api/invitation/make",
            vec![("title", "Eve"), ("roles[]", "admin"), wrong],
        ),
        (
            "/api/api_token/make",
            vec![("name", "ci"), ("scopes[]", "read"), ("days", "1"), wrong],
        ),
        (
            "/api/person/set_roles",
            vec![("id", &ada), ("before", "qa"), ("roles[]", "admin"), wrong],
        ),
    ] {
        assert_eq!(
            admin.call(path, &fields).await.error(),
            Error::WrongPassword,
            "{path}"
        );
    }
    let page = people(&admin, "").await;
    assert!(page.invitations.is_empty() && page.tokens.is_empty());
    let roles = |name: &str| {
        page.people
            .iter()
            .find(|line| line.name == name)
            .map(|line| line.roles.clone())
    };
    assert_eq!(roles("ada"), Some(vec![Role::Qa]));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn without_javascript_a_link_and_a_token_are_shown_once_and_no_table_has_them(pool: PgPool) {
    let app = App::start(&pool).await;
    let admin = Member::new(&app, "ann", Role::Admin).await;
    let password = ("password", admin.password.as_str());
    let invite = [("title", "Grace"), ("roles[]", "qa"), password];
    let make = [("name", "ci"), ("scopes[]", "read"), ("days", "1"), password];
    for (path, fields, start) in [
        ("/api/invitation/make", &invite[..], "/invite?token="),
        ("/api/api_token/make", &make[..], "gonogo_"),
    ] {
        let away = admin.post_form("/people", path, fields).await;
        assert_eq!(away.status, StatusCode::SEE_OTHER);
        assert!(
            !away.header("location").contains(start),
            "{}",
            away.header("location")
        );
        let page = admin.get("/people").await;
        let plain = |c: &char| c.is_ascii_alphanumeric() || "-_".contains(*c);
        let shown = page
            .text
            .match_indices(start)
            .map(|(at, _)| &page.text[at + start.len()..]);
        let mut shown = shown.map(|rest| rest.chars().take_while(plain).collect::<String>());
        let secret = shown
            .find(|secret| secret.len() == 43)
            .unwrap_or_else(|| panic!("not shown: {}", page.text));
        assert!(!admin.get("/people").await.text.contains(&secret), "shown twice");
        let kept: Vec<String> = sqlx::query_scalar("select data::text from session")
            .fetch_all(&pool)
            .await
            .unwrap();
        assert!(kept.iter().all(|data| !data.contains(&secret)), "{kept:?}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn roles_are_given_and_taken_and_an_older_form_changes_nothing(pool: PgPool) {
    let app = App::start(&pool).await;
    let admin = Member::new(&app, "ann", Role::Admin).await;
    app.add_person("ada", &[Role::Qa]).await;
    let ada = id(&pool, "ada").await;
    set_roles(&admin, &ada, "", "qa", &["developer", "devops"])
        .await
        .answer::<()>();
    let stale = set_roles(&admin, &ada, "", "qa", &["admin"]).await;
    assert_eq!(stale.status, StatusCode::CONFLICT, "{}", stale.text);
    let page: PersonPage = admin.call("/api/person/page", &[("id", &ada)]).await.answer();
    assert_eq!(page.line.roles, [Role::Developer, Role::Devops]);
    assert_eq!(page.log[0].deed.words(), "given Developer, DevOps, no longer QA");
    assert_eq!(
        (page.log[0].by.as_str(), page.log[0].about_name.as_str()),
        ("ann", "ada")
    );
    let nonsense = set_roles(&admin, &ada, "", "developer,devops", &["emperor"]).await;
    assert_eq!(nonsense.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_last_admin_and_the_last_who_can_sign_an_open_run_stay(pool: PgPool) {
    let team = Team::new(&pool).await;
    let admin = Member::new(&team.app, "ann", Role::Admin).await;
    let run = team.run(SHOP).await;
    let (ann, quinn) = (id(&pool, "ann").await, id(&pool, "quinn").await);
    let taken = set_roles(&admin, &ann, "", "admin", &["viewer"]).await;
    assert!(
        taken.refusal().1.contains("ann is the last Admin"),
        "{}",
        taken.text
    );
    let own = admin.call("/api/person/disable", &[("id", &ann)]).await;
    assert!(
        own.refusal().1.contains("Nobody disables themself"),
        "{}",
        own.text
    );
    let words = "quinn is the last QA, and an open run in shop waits for one";
    for refused in [
        set_roles(&admin, &quinn, "", "qa", &[]).await,
        admin.call("/api/person/disable", &[("id", &quinn)]).await,
    ] {
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.refusal().1.contains(words), "{}", refused.text);
    }
    let page: PersonPage = admin.call("/api/person/page", &[("id", &quinn)]).await.answer();
    assert_eq!((page.line.disabled_at, page.line.roles), (None, vec![Role::Qa]));
    // Somebody else who holds it there is enough; elsewhere is not.
    team.app.add_person("ada", &[]).await;
    let ada = id(&pool, "ada").await;
    set_roles(&admin, &ada, "shop-live", "", &["qa"])
        .await
        .answer::<()>();
    assert_eq!(
        set_roles(&admin, &quinn, "", "qa", &[]).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    set_roles(&admin, &ada, "shop", "", &["qa"]).await.answer::<()>();
    set_roles(&admin, &quinn, "", "qa", &[]).await.answer::<()>();
    let last = set_roles(&admin, &ada, "shop", "qa", &[]).await;
    assert_eq!(last.status, StatusCode::UNPROCESSABLE_ENTITY);
    // Nobody waits for one any more.
    team.devops.close(run, true, "enough").await.answer::<()>();
    set_roles(&admin, &ada, "shop", "qa", &[]).await.answer::<()>();
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn two_admins_cannot_disable_each_other_at_once(pool: PgPool) {
    let app = App::start(&pool).await;
    let (one, other) = (
        Member::new(&app, "ann", Role::Admin).await,
        Member::new(&app, "bob", Role::Admin).await,
    );
    let (ann, bob) = (id(&pool, "ann").await, id(&pool, "bob").await);
    let (ann, bob) = ([("id", ann.as_str())], [("id", bob.as_str())]);
    let (first, second) = futures::join!(
        one.call("/api/person/disable", &bob),
        other.call("/api/person/disable", &ann)
    );
    let done = [first.status, second.status]
        .into_iter()
        .filter(|status| *status == StatusCode::OK)
        .count();
    assert_eq!(done, 1, "{} {}", first.text, second.text);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn whoever_is_disabled_is_out_at_once_and_their_streams_close_within_5_seconds(pool: PgPool) {
    let team = Team::new(&pool).await;
    let admin = Member::new(&team.app, "ann", Role::Admin).await;
    let vera = Member::new(&team.app, "vera", Role::Viewer).await;
    let run = team.run(SHOP).await;
    let stream = vera.stream(&format!("/live/runs/{}", run.0)).await;
    assert_eq!(stream.status(), StatusCode::OK);
    let number = id(&pool, "vera").await;
    admin
        .call("/api/person/disable", &[("id", &number)])
        .await
        .answer::<()>();
    assert_eq!(
        vera.call("/api/history/list", &[]).await.error(),
        Error::SignedOut
    );
    let lasted = lasts(stream).await;
    assert!(lasted <= Duration::from_secs(5), "{lasted:?}");
    let fields = [("name", "vera"), ("password", vera.password.as_str())];
    let page = team.app.browser().call("/api/session/sign_in", &fields).await;
    assert_eq!(page.error(), Error::WrongPassword);
    admin
        .call("/api/person/enable", &[("id", &number)])
        .await
        .answer::<()>();
    assert!(
        vera.call("/api/history/list", &[]).await.status != StatusCode::OK,
        "the old session stays ended"
    );
    vera.sign_in("vera", &vera.password).await;
    assert_eq!(vera.get("/").await.status, StatusCode::OK);
    admin
        .call("/api/person/end_sessions", &[("id", &number)])
        .await
        .answer::<()>();
    assert_eq!(vera.get("/").await.status, StatusCode::SEE_OTHER);
    let page: PersonPage = admin.call("/api/person/page", &[("id", &number)]).await.answer();
    let words: Vec<String> = page.log.iter().map(|event| event.deed.words()).collect();
    assert_eq!(
        words,
        [
            "signed out, 1 session",
            "enabled again",
            "disabled",
            "added, Viewer"
        ]
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn where_a_run_has_two_slots_of_a_role_two_who_hold_it_stay(pool: PgPool) {
    let team = Team::new(&pool).await;
    let admin = Member::new(&team.app, "ann", Role::Admin).await;
    let run = team
        .run(&SHOP.replace("| QA | | | |", "| QA | | | |\n| QA | | | |"))
        .await;
    for name in ["ada", "bea"] {
        team.app.add_person(name, &[Role::Qa]).await;
    }
    let (quinn, ada) = (id(&pool, "quinn").await, id(&pool, "ada").await);
    // Three hold it: one of them may go.
    set_roles(&admin, &ada, "", "qa", &[]).await.answer::<()>();
    let words = "quinn is one of the last 2 who hold QA, and an open run in shop has slots for 2, each for another person";
    for refused in [
        set_roles(&admin, &quinn, "", "qa", &[]).await,
        admin.call("/api/person/disable", &[("id", &quinn)]).await,
    ] {
        let (status, said) = refused.refusal();
        assert!(status == 422 && said.contains(words), "{said}");
    }
    set_roles(&admin, &ada, "", "", &["qa"]).await.answer::<()>();
    set_roles(&admin, &quinn, "", "qa", &[]).await.answer::<()>();
    // Nobody waits for two any more.
    team.devops.close(run, true, "enough").await.answer::<()>();
    set_roles(&admin, &ada, "", "qa", &[]).await.answer::<()>();
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_disabled_person_signs_nothing_more(pool: PgPool) {
    let team = Team::new(&pool).await;
    let admin = Member::new(&team.app, "ann", Role::Admin).await;
    let second = Member::new(&team.app, "quentin", Role::Qa).await;
    let run = team.settled(SHOP).await;
    let number = id(&pool, "quentin").await;
    admin
        .call("/api/person/disable", &[("id", &number)])
        .await
        .answer::<()>();
    let refused = second
        .call("/api/sign_off/sign", &[("run", &run.0.to_string())])
        .await;
    assert_eq!(refused.error(), Error::SignedOut);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_role_in_one_environment_counts_there_and_nowhere_else(pool: PgPool) {
    let team = Team::new(&pool).await;
    let admin = Member::new(&team.app, "ann", Role::Admin).await;
    let vera = Member::new(&team.app, "vera", Role::Viewer).await;
    let revision = team.published(SHOP).await;
    let mine = RunId(team.devops.start(revision, "shop-live", "v1").await.number());
    let other = RunId(team.devops.start(revision, "shop", "v1").await.number());
    let number = id(&pool, "vera").await;
    assert_eq!(vera.verify_now(mine, "").await.refusal().0, 403);
    set_roles(&admin, &number, "shop-live", "", &["qa", "devops"])
        .await
        .answer::<()>();
    vera.verify_now(mine, "").await.answer::<()>();
    assert_eq!(vera.verify_now(other, "").await.refusal().0, 403);
    // Whoever acts there acts in production there.
    vera.begin(mine, "").await.answer::<()>();
    assert_eq!(vera.begin(other, "").await.refusal().0, 403);
    let notes = vera.page(mine).await.id("release notes");
    vera.attest(mine, &notes, "read").await.answer::<()>();
    assert_eq!(vera.attest(other, &notes, "read").await.refusal().0, 403);
    let started = vera.start(revision, "shop-live", "v2").await;
    assert_eq!(started.status, StatusCode::OK, "{}", started.text);
    assert_eq!(vera.start(revision, "shop", "v2").await.refusal().0, 403);
    // What the page offers is what may be done.
    assert_eq!(
        vera.page(mine).await.person.roles,
        [Role::Viewer, Role::Devops, Role::Qa]
    );
    assert_eq!(vera.page(other).await.person.roles, [Role::Viewer]);
    // Everyone sees, also who holds a role in one environment only.
    set_roles(&admin, &number, "", "viewer", &[]).await.answer::<()>();
    assert_eq!(vera.page(other).await.person.roles, [Role::Viewer]);
    set_roles(&admin, &number, "", "", &["viewer"])
        .await
        .answer::<()>();
    // They sign there only.
    let record = vera.page(mine).await.run.record;
    let sign = async |run: RunId| {
        vera.sign_record(
            run,
            "qa",
            domain::sign_off::Meaning::NoGo.key(),
            "no",
            &record,
            &vera.password,
        )
        .await
    };
    sign(mine).await.answer::<()>();
    assert_eq!(sign(other).await.refusal().0, 403);
    // What concerns every environment is not given by a role in one.
    let fields = [("id", "1"), ("plan", &"0".repeat(64))];
    assert_eq!(vera.call("/api/revision/publish", &fields).await.refusal().0, 403);
    assert_eq!(
        set_roles(&admin, &number, "shop", "", &["admin"])
            .await
            .refusal()
            .0,
        422
    );
    assert_eq!(
        set_roles(&admin, &number, "nowhere", "", &["qa"])
            .await
            .refusal()
            .0,
        422
    );
    set_roles(&admin, &number, "shop-live", "devops,qa", &[])
        .await
        .answer::<()>();
    assert_eq!(vera.verify_now(mine, "").await.refusal().0, 403);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_log_of_people_can_only_grow(pool: PgPool) {
    let app = App::start(&pool).await;
    app.add_person("ada", &[Role::Qa]).await;
    for statement in [
        "update people_log set by_name = 'nobody'",
        "delete from people_log",
        "truncate people_log",
    ] {
        let refused = sqlx::query(sqlx::AssertSqlSafe(statement))
            .execute(&pool)
            .await
            .unwrap_err();
        assert!(
            refused.to_string().contains("append-only"),
            "{statement}: {refused}"
        );
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn people_and_their_log_are_read_page_by_page(pool: PgPool) {
    let app = App::start(&pool).await;
    let admin = Member::new(&app, "ann", Role::Admin).await;
    sqlx::query(
        "insert into person (name, title, password_hash, created_at)
         select 'p' || lpad(n::text, 3, '0'), 'Person ' || n, '$argon2id$', now() from generate_series(1, 120) as n",
    )
    .execute(&pool)
    .await
    .unwrap();
    let ada = id(&pool, "p001").await;
    for _ in 0..20 {
        set_roles(&admin, &ada, "", "", &["qa"]).await.answer::<()>();
        set_roles(&admin, &ada, "", "qa", &[]).await.answer::<()>();
    }
    let (mut names, mut after) = (Vec::new(), String::new());
    loop {
        let fields = [("filter[text]", "P"), ("filter[after]", after.as_str())];
        let page: PeoplePage = admin.call("/api/person/list", &fields).await.answer();
        names.extend(page.people.into_iter().map(|line| line.name));
        match page.next {
            Some(next) => after = next,
            None => break,
        }
    }
    assert_eq!(names.len(), 120);
    assert!(names.is_sorted() && names[0] == "p001");
    let (mut numbers, mut before) = (Vec::new(), None);
    loop {
        let text = before.map(|number: i64| number.to_string()).unwrap_or_default();
        let mut fields = vec![("filter[text]", ""), ("filter[after]", "")];
        fields.extend((!text.is_empty()).then_some(("filter[log_before]", text.as_str())));
        let page: PeoplePage = admin.call("/api/person/list", &fields).await.answer();
        numbers.extend(page.log.into_iter().map(|event| event.id));
        match page.older {
            Some(older) => before = Some(older),
            None => break,
        }
    }
    assert_eq!(numbers.len(), 41, "40 changes, and who was added");
    assert!(numbers.is_sorted_by(|one, other| one > other));
    assert!(
        admin
            .get("/people?text=p&after=p050")
            .await
            .text
            .contains("Person 51")
    );
}
