//! Verifying, giving one's word, and every other way in which an item is settled.

use crate::support::{Look, Member, Place, SHOP, Team, clock_after, eventually};
use chrono::TimeDelta;
use domain::{
    Role,
    event::{Event, Happening},
    retention::Kept,
    run::RunId,
    status::{Status, Tally},
    verdict::{Finding, Verdict},
};
use gonogo::api::evidence::Attempt;
use reqwest::StatusCode;
use sha2::{Digest, Sha256};
use sqlx::PgPool;
use wiremock::{
    Mock, ResponseTemplate,
    matchers::{method, path},
};

const MUTE: &str = "# Mute\n\n## Pre-Deployment\n\n- [ ] It talks: `curl http://localhost:9000/health` returns 200\n\
                    - [ ] The database answers\n";

async fn attempts(member: &Member, run: RunId, item: &str) -> Vec<Attempt> {
    let fields = [("run", run.0.to_string()), ("item", item.to_owned())];
    let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    member.call("/api/evidence/item", &fields).await.answer()
}

fn seen(attempt: &Attempt) -> &Finding {
    match &attempt.seen {
        Kept::Whole(finding) => finding,
        Kept::Removed(at) => panic!("it was removed at {at}"),
    }
}

async fn log(member: &Member, run: RunId) -> Vec<Event> {
    let id = run.0.to_string();
    member
        .call("/api/evidence/log", &[("run", &id), ("after", "0")])
        .await
        .answer()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_broken_service_fails_in_words_and_passes_once_it_is_mended(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.run(SHOP).await;
    let page = team.qa.verify(run, "").await;
    let item = page.id("The service answers");
    assert_eq!(page.status("The service answers"), Status::Proved);

    team.place.health(503).await;
    let page = team.qa.verify(run, &item).await;
    let failed = page.standing("The service answers");
    assert_eq!(failed.status, Status::Failed);
    assert!(failed.reason.contains("503"), "{}", failed.reason);

    team.place.health(200).await;
    let page = team.developer.verify(run, &item).await;
    assert_eq!(
        (
            page.status("The service answers"),
            page.attempts("The service answers")
        ),
        (Status::Proved, 3)
    );
    let state = &page.run.items[&page.line("The service answers").id];
    assert_eq!(state.tries, [Verdict::Pass, Verdict::Fail, Verdict::Pass]);
    assert_eq!(state.latest.as_ref().unwrap().by.name(), "dora");
    assert_eq!(
        page.attempts("The database answers"),
        1,
        "the others were left alone"
    );

    let kept = attempts(&team.qa, run, &item).await;
    let verdicts: Vec<_> = kept.iter().map(|attempt| seen(attempt).verdict).collect();
    assert_eq!(
        verdicts,
        [Verdict::Pass, Verdict::Fail, Verdict::Pass],
        "the newest first"
    );
    for attempt in &kept {
        let canonical = serde_json_canonicalizer::to_string(seen(attempt)).unwrap();
        let hash: String = Sha256::digest(canonical)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(attempt.hash.as_str(), hash);
        let evidence = &seen(attempt).evidence;
        assert!(evidence.target.contains("/health"), "{evidence:?}");
        assert!(
            !evidence.expected.is_empty() && !evidence.found.is_empty() && !evidence.host.is_empty(),
            "{evidence:?}"
        );
    }
    assert_eq!(state.latest.as_ref().unwrap().evidence, kept[0].hash);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_file_that_breaks_fails_and_says_what_it_is(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.run(SHOP).await;
    team.place.write("settings.conf", "");
    team.place.write("lock", "held");
    let page = team.qa.verify(run, "").await;
    for (text, word) in [
        ("The service is configured", "ready"),
        ("test -s settings.conf", "0 B"),
        ("The lock file is gone", "lock"),
    ] {
        let standing = page.standing(text);
        assert_eq!(standing.status, Status::Failed, "{text}: {standing:?}");
        assert!(standing.reason.contains(word), "{text}: {}", standing.reason);
    }
    assert_eq!(page.status("The database answers"), Status::Proved);
    team.place.write("settings.conf", "ready");
    std::fs::remove_file(team.place.file("lock")).unwrap();
    let page = team.qa.verify(run, "").await;
    for text in [
        "The service is configured",
        "test -s settings.conf",
        "The lock file is gone",
    ] {
        assert_eq!(
            page.status(text),
            Status::Proved,
            "{text}: {}",
            page.standing(text).reason
        );
    }
    let optional = page.standing("The old settings are kept");
    assert_eq!(optional.status, Status::Failed);
    let blockers = domain::decision::blockers(&page.outline, &page.run, page.now);
    assert!(
        blockers
            .iter()
            .all(|blocker| !blocker.line.text.contains("old settings")),
        "an optional box blocks"
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_address_that_the_environment_does_not_list_is_an_error_that_names_the_line_to_add(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team
        .run("# Away\n\n- [ ] `curl http://shop.example:8443/health` returns 200\n")
        .await;
    let page = team.qa.verify(run, "").await;
    let standing = page.standing("curl");
    assert_eq!(standing.status, Status::Error);
    assert!(
        standing.reason.contains("replaces = [\"shop.example:8443\"]"),
        "{}",
        standing.reason
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn verifying_a_section_leaves_the_others_alone_and_a_parent_stands_for_its_children(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.run(SHOP).await;
    let page = team.qa.page(run).await;
    let section = page
        .outline
        .sections
        .iter()
        .find(|section| section.title == "Switch")
        .unwrap()
        .id
        .0
        .clone();
    let fields = [("run", run.0.to_string()), ("section", section)];
    let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    team.qa.call("/api/run/verify", &fields).await.answer::<()>();
    let page = team.qa.verify(run, &page.id("The lock file")).await;
    assert_eq!((page.attempts("The lock file"), page.attempts("test -s")), (2, 1));
    assert_eq!(page.attempts("The database answers"), 0);
    let page = team.qa.verify(run, &page.id("Switched over")).await;
    assert_eq!(
        page.attempts("The lock file"),
        3,
        "a parent is verified by its children"
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_parent_follows_its_weakest_child(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.run(SHOP).await;
    let page = team.qa.page(run).await;
    let (parent, lock, told) = (
        page.id("Switched over"),
        page.id("The lock file"),
        page.id("team was told"),
    );
    assert_eq!(page.status("Switched over"), Status::Open);
    team.qa.attest(run, &told, "told").await.answer::<()>();
    assert_eq!(team.qa.page(run).await.status("Switched over"), Status::Open);
    let page = team.qa.verify(run, &lock).await;
    let standing = page.standing("Switched over");
    assert_eq!(
        (standing.status, standing.reason.as_str()),
        (Status::Attested, "2 of 2 settled")
    );
    team.place.write("lock", "");
    let page = team.qa.verify(run, &lock).await;
    assert_eq!(page.standing("Switched over").reason, "1 of 2 settled");
    assert_eq!(page.status("Switched over"), Status::Failed);
    team.devops
        .settle(run, &lock, "waive", "it is stale")
        .await
        .answer::<()>();
    assert_eq!(team.qa.page(run).await.status("Switched over"), Status::Waived);
    for answer in [
        team.qa.attest(run, &parent, "all good").await,
        team.devops.settle(run, &parent, "skip", "no").await,
        team.devops.settle(run, &parent, "override", "no").await,
    ] {
        let (status, words) = answer.refusal();
        assert_eq!(
            (status, words.as_str()),
            (422, "This item is settled by the ones below it: settle those.")
        );
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn four_people_who_verify_everything_at_once_lose_no_verdict(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.run(SHOP).await;
    for round in 0..4 {
        let people = [&team.developer, &team.devops, &team.qa, &team.qa];
        let calls = people.map(|member| member.verify_now(run, ""));
        for page in futures::future::join_all(calls).await {
            assert_eq!(page.status, StatusCode::OK, "round {round}: {}", page.text);
        }
    }
    let page = team.qa.verify(run, "").await;
    let events = log(&team.qa, run).await;
    let mut started = std::collections::BTreeMap::new();
    let mut observed = std::collections::BTreeMap::new();
    for event in &events {
        match &event.what {
            Happening::VerificationStarted { items } => {
                items
                    .iter()
                    .for_each(|item| *started.entry(item.clone()).or_insert(0) += 1);
            }
            Happening::Observed { item, .. } => *observed.entry(item.clone()).or_insert(0) += 1,
            _ => {}
        }
    }
    assert_eq!(
        started, observed,
        "a probe began and its verdict is not there, or the other way round"
    );
    assert_eq!(started.len(), 6, "five probes and a check");
    for (item, count) in &observed {
        assert_eq!(page.run.items[item].attempts, *count);
        assert!(*count >= 2, "{item}");
    }
    let stored: i64 = sqlx::query_scalar("select count(*) from evidence")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(stored, i64::from(observed.values().sum::<u32>()));
    let numbers: Vec<_> = events.iter().map(|event| event.number).collect();
    assert_eq!(numbers, (1..=page.run.number).collect::<Vec<_>>());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_was_under_way_when_gonogo_stopped_is_unknown_until_it_is_verified_again(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.run(MUTE).await;
    let (item, database) = {
        let page = team.qa.page(run).await;
        (page.id("It talks"), page.id("The database"))
    };
    team.qa.verify(run, &database).await;
    let calling = async {
        // The server stops while this waits: whatever comes back is no verdict.
        let id = run.0.to_string();
        let fields = [("run", id.as_str()), ("item", item.as_str())];
        team.qa.call("/api/run/verify", &fields).await
    };
    let stopping = async {
        eventually("the beginning of a probe", async || {
            (team.devops.page(run).await.status("It talks") == Status::Running).then_some(())
        })
        .await;
        team.app.state().stopping.cancel();
    };
    futures::join!(calling, stopping);
    let Team { place, app, qa, .. } = team;
    assert!(app.stop().await);
    // Its connection to the database ends a moment after it, and until then it lives for others.
    eventually("it lives no more", async || {
        let mut connection = pool.acquire().await.unwrap();
        let living = store::panel::living(&mut connection, None).await.unwrap();
        living.is_empty().then_some(())
    })
    .await;

    let app = place.app_at(&pool, clock_after(TimeDelta::minutes(10))).await;
    let qa = qa.at(&app);
    let page = qa.page(run).await;
    let standing = page.standing("It talks");
    assert_eq!(standing.status, Status::Unknown);
    assert!(
        standing.reason.contains("look at the target"),
        "{}",
        standing.reason
    );
    assert_eq!(
        page.status("The database"),
        Status::Proved,
        "what was known stays known"
    );
    let last = log(&qa, run).await.pop().unwrap();
    assert_eq!((last.by.name(), last.by.person()), ("Gonogo", None));
    assert!(
        matches!(last.what, Happening::Interrupted { ref items } if items.len() == 1),
        "{last:?}"
    );
    assert!(attempts(&qa, run, &item).await.is_empty());

    gonogo::server::verification::interrupt_lost(app.state())
        .await
        .unwrap();
    assert_eq!(qa.page(run).await.run.number, page.run.number, "said once");
    let page = qa.verify(run, &item).await;
    let standing = page.standing("It talks");
    assert!(
        matches!(standing.status, Status::Error | Status::NoData),
        "{standing:?}"
    );
    assert_eq!(page.attempts("It talks"), 1);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_probe_is_under_way_once_however_many_ask_for_it(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.run(MUTE).await;
    let item = team.qa.page(run).await.id("It talks");
    let (first, second, third) = futures::join!(
        team.qa.verify_now(run, &item),
        team.developer.verify_now(run, &item),
        team.devops.verify_now(run, "")
    );
    for page in [first, second, third] {
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    }
    let page = eventually("the end of the probe", async || {
        let page = team.qa.page(run).await;
        (page.status("It talks") != Status::Running).then_some(page)
    })
    .await;
    assert_eq!(page.attempts("It talks"), 1);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn somebodys_word_needs_something_said_or_shown(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.run(SHOP).await;
    let item = team.qa.page(run).await.id("release notes");
    let long = "n".repeat(4001);
    let spaced = "https://example.org/a b";
    for (fields, words) in [
        ([("note", " "), ("link", "")], "what did you see?"),
        (
            [("note", ""), ("link", "javascript:alert(1)")],
            "A link starts with https:// or http://",
        ),
        (
            [("note", ""), ("link", spaced)],
            "A link starts with https:// or http://",
        ),
        (
            [("note", long.as_str()), ("link", "")],
            "The note is longer than 4000 characters",
        ),
        ([("note", "a\0b"), ("link", "")], "zero byte"),
    ] {
        let (status, message) = team.qa.attest_with(run, &item, &fields, None).await.refusal();
        assert_eq!((status, message.contains(words)), (422, true), "{message}");
    }
    assert_eq!(team.qa.page(run).await.status("release notes"), Status::Open);

    team.qa
        .attest(run, &item, " read them <b>all</b> ")
        .await
        .answer::<()>();
    let standing = team.qa.page(run).await.standing("release notes");
    assert_eq!(
        (standing.status, standing.reason.as_str()),
        (Status::Attested, "“read them <b>all</b>” — quinn")
    );
    let link = [("link", "https://example.org/notes?v=1")];
    let another = team
        .developer
        .attest_with(run, &item, &link, None)
        .await
        .refusal();
    assert_eq!(another.0, 403, "what somebody said is theirs");
    team.qa.attest_with(run, &item, &link, None).await.answer::<()>();
    let (_, proof) = last_word(&team.qa, run).await;
    assert_eq!(
        proof,
        Some(domain::event::Proof::Link {
            url: "https://example.org/notes?v=1".into()
        })
    );
}

async fn last_word(member: &Member, run: RunId) -> (String, Option<domain::event::Proof>) {
    let last = log(member, run).await.pop().unwrap();
    match last.what {
        Happening::Attested { note, proof, .. } => (note, proof),
        other => panic!("{other:?}"),
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_file_that_was_shown_comes_back_byte_for_byte_under_its_hash(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.run(SHOP).await;
    let item = team.qa.page(run).await.id("release notes");
    let bytes: Vec<u8> = (0..70_000u32).map(|number| (number * 7 % 256) as u8).collect();
    let name = "../no tes\u{e9}.html";
    team.qa
        .attest_with(run, &item, &[("note", "")], Some((name, &bytes)))
        .await
        .answer::<()>();
    let (_, proof) = last_word(&team.qa, run).await;
    let Some(domain::event::Proof::File { hash, size, .. }) = proof else {
        panic!("{proof:?}");
    };
    let expected: String = Sha256::digest(&bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!((hash.as_str(), size), (expected.as_str(), 70_000));

    let path = format!("/runs/{}/attachments/{hash}", run.0);
    let page = team.owner.get(&path).await;
    assert_eq!((page.status, page.bytes == bytes), (StatusCode::OK, true));
    assert_eq!(page.header("content-type"), "application/octet-stream");
    let disposition = page.header("content-disposition");
    assert!(
        disposition.starts_with("attachment; filename=\"") && !disposition.contains('/'),
        "{disposition}"
    );
    assert_eq!(page.header("x-content-type-options"), "nosniff");

    assert_eq!(
        team.app.browser().get(&path).await.status,
        StatusCode::SEE_OTHER,
        "a stranger gets nothing"
    );
    let other = team.run("# Other\n\n- [ ] x\n").await;
    let elsewhere = format!("/runs/{}/attachments/{hash}", other.0);
    assert_eq!(
        team.owner.get(&elsewhere).await.status,
        StatusCode::NOT_FOUND,
        "a file belongs to its run"
    );
    let nothing = format!("/runs/{}/attachments/..%2f..%2fetc", run.0);
    assert_eq!(
        team.owner.get(&nothing).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_file_of_ten_megabytes_is_taken_and_a_larger_one_refused_in_words(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.run(SHOP).await;
    let item = team.qa.page(run).await.id("release notes");
    let mut bytes = vec![b'x'; (10 << 20) + 1];
    let page = team
        .qa
        .attest_with(run, &item, &[], Some(("large.bin", &bytes)))
        .await;
    assert_eq!(
        page.refusal(),
        (
            422,
            "The file is larger than 10 MB: link to it instead.".to_owned()
        )
    );
    bytes.pop();
    team.qa
        .attest_with(run, &item, &[], Some(("large.bin", &bytes)))
        .await
        .answer::<()>();
    let kept: i64 = sqlx::query_scalar("select octet_length(bytes)::bigint from attachment")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(kept, 10 << 20);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_file_that_is_not_what_its_name_says_is_refused_and_not_kept(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.run(SHOP).await;
    let item = team.qa.page(run).await.id("release notes");
    let show =
        async |name: &str, bytes: &[u8]| team.qa.attest_with(run, &item, &[], Some((name, bytes))).await;
    for (name, kind) in [
        ("shot.png", "not a PNG picture"),
        ("out.log", "not text in UTF-8"),
    ] {
        let (status, words) = show(name, b"MZ\x90\0\xff").await.refusal();
        assert!(status == 422 && words.contains(kind), "{words}");
    }
    let count = async || -> i64 {
        let asked = sqlx::query_scalar("select count(*) from attachment");
        asked.fetch_one(&pool).await.unwrap()
    };
    assert_eq!(count().await, 0);
    show("shot.png", b"\x89PNG\r\n\x1a\n").await.answer::<()>();
    assert_eq!(count().await, 1);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_refused_word_leaves_no_file_behind(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.run(SHOP).await;
    let item = team.qa.page(run).await.id("release notes");
    team.devops.close(run, true, "enough").await.answer::<()>();
    let page = team
        .qa
        .attest_with(run, &item, &[], Some(("late.txt", b"late")))
        .await;
    assert_eq!(page.refusal().0, 409);
    let kept: i64 = sqlx::query_scalar("select count(*) from attachment")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(kept, 0);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn nobodys_word_settles_what_a_probe_settles(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.run(SHOP).await;
    let page = team.qa.page(run).await;
    for text in ["The service answers", "test -s settings.conf"] {
        let (status, words) = team.qa.attest(run, &page.id(text), "I looked").await.refusal();
        assert_eq!(status, 422);
        assert!(words.contains("A probe settles this item"), "{words}");
    }
    let (status, words) = team.qa.verify_now(run, &page.id("release notes")).await.refusal();
    assert_eq!(
        (status, words.as_str()),
        (422, "No probe settles this item: a person does.")
    );
    let (status, _) = team.qa.attest(run, "no-such-item", "x").await.refusal();
    assert_eq!(status, 404);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn every_way_around_a_probe_has_a_reason_and_a_name_of_its_own(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.run(SHOP).await;
    team.place.health(500).await;
    let page = team.qa.verify(run, "").await;
    let item = page.id("The service answers");
    let mut counts = Vec::new();
    for (deed, status) in [
        ("override", Status::Overridden),
        ("waive", Status::Waived),
        ("skip", Status::Skipped),
    ] {
        for reason in ["", " \n "] {
            let refusal = team.owner.settle(run, &item, deed, reason).await.refusal();
            assert_eq!(
                refusal,
                (422, "Give a reason: it stands in the record.".to_owned()),
                "{deed}"
            );
        }
        team.owner
            .settle(run, &item, deed, "known trouble")
            .await
            .answer::<()>();
        let page = team.qa.page(run).await;
        let standing = page.standing("The service answers");
        assert_eq!(standing.status, status);
        assert!(
            standing.reason.contains("known trouble") && standing.reason.contains("piet"),
            "{}",
            standing.reason
        );
        let tally = Tally::of(&page.outline, &page.run, page.now);
        counts.push((tally.overridden, tally.waived, tally.skipped, tally.proved));
        assert_eq!(team.owner.settle(run, &item, "reopen", "").await.refusal().0, 422);
        team.owner
            .settle(run, &item, "reopen", "look again")
            .await
            .answer::<()>();
        assert_eq!(
            team.qa.page(run).await.status("The service answers"),
            Status::Failed,
            "the probe speaks again"
        );
    }
    let proved = counts[0].3;
    assert_eq!(
        counts,
        [(1, 0, 0, proved), (0, 1, 0, proved), (0, 0, 1, proved)],
        "never mixed up in a count"
    );
    let (status, words) = team.owner.settle(run, &item, "tick", "x").await.refusal();
    assert_eq!(
        (status, words.contains("override, skip, waive or reopen")),
        (422, true),
        "{words}"
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_waiver_ends_and_the_item_is_open_again(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.run(SHOP).await;
    let item = team.qa.page(run).await.id("release notes");
    let id = run.0.to_string();
    for days in ["0", "367", "4294967295"] {
        let fields = [
            ("run", id.as_str()),
            ("item", &item),
            ("deed", "waive"),
            ("reason", "x"),
            ("days", days),
        ];
        let (status, words) = team.owner.call("/api/run/settle", &fields).await.refusal();
        assert_eq!(
            (status, words.contains("A waiver ends")),
            (422, true),
            "{days}: {words}"
        );
    }
    team.owner
        .settle(run, &item, "waive", "they come tomorrow")
        .await
        .answer::<()>();
    let standing = team.qa.page(run).await.standing("release notes");
    assert_eq!(standing.status, Status::Waived);
    assert!(
        standing.reason.ends_with("until 2026-03-03 12:00 UTC"),
        "{}",
        standing.reason
    );
    team.app.advance(TimeDelta::hours(7));
    let late = Member::new(&team.app, "late", Role::Qa).await;
    team.app.advance(TimeDelta::hours(7));
    assert_eq!(late.page(run).await.status("release notes"), Status::Waived);
    team.app.advance(TimeDelta::hours(7));
    let late = Member::new(&team.app, "later", Role::Qa).await;
    team.app.advance(TimeDelta::hours(3));
    let standing = late.page(run).await.standing("release notes");
    assert_eq!(
        (standing.status, standing.reason.as_str()),
        (Status::Open, "the waiver by piet has expired")
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn without_javascript_a_form_verifies_and_the_next_page_shows_the_verdict(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.run(SHOP).await;
    team.place.health(503).await;
    let item = team.qa.page(run).await.id("The service answers");
    let here = format!("/runs/{}", run.0);
    let id = run.0.to_string();
    let done = team
        .qa
        .post_form(&here, "/api/run/verify", &[("run", &id), ("item", &item)])
        .await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    // Where an error would stand, nothing does.
    let location = done.header("location").trim_end_matches('?');
    assert_eq!(location, format!("{}{here}", team.app.url()));
    let drawn = team.qa.get(&here).await;
    assert_eq!(drawn.status, StatusCode::OK);
    assert!(drawn.text.contains("503"), "the reason is not on the page");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_probe_that_has_not_answered_or_that_passed_leaves_nothing_to_override(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.run(SHOP).await;
    let item = team.qa.page(run).await.id("The service answers");
    let (status, words) = team
        .owner
        .settle(run, &item, "override", "trust me")
        .await
        .refusal();
    assert_eq!(
        (status, words.contains("verify it first")),
        (422, true),
        "{words}"
    );
    team.qa.verify(run, &item).await;
    let (status, words) = team
        .owner
        .settle(run, &item, "override", "trust me")
        .await
        .refusal();
    assert_eq!((status, words.contains("passed")), (422, true), "{words}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn ones_own_word_is_taken_back_by_oneself_and_by_those_who_waive(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.run(SHOP).await;
    let item = team.qa.page(run).await.id("release notes");
    let nothing = team.qa.settle(run, &item, "reopen", "oops").await.refusal();
    assert_eq!(
        (nothing.0, nothing.1.contains("nothing to take back")),
        (422, true),
        "{}",
        nothing.1
    );
    team.qa.attest(run, &item, "read").await.answer::<()>();
    let (status, words) = team
        .developer
        .settle(run, &item, "reopen", "not so")
        .await
        .refusal();
    assert_eq!(
        (status, words.contains("take back what quinn said")),
        (403, true),
        "{words}"
    );
    team.qa
        .settle(run, &item, "reopen", "the wrong page")
        .await
        .answer::<()>();
    assert_eq!(team.qa.page(run).await.status("release notes"), Status::Open);
    team.qa.attest(run, &item, "read").await.answer::<()>();
    team.owner
        .settle(run, &item, "reopen", "not enough")
        .await
        .answer::<()>();
}

/// From now on `/metrics` says so many hits and misses.
async fn counted(place: &Place, hits: u64, misses: u64) {
    let page = format!("cache_hits_total {hits}\ncache_misses_total {misses}\n");
    place.backend.reset().await;
    Mock::given(method("GET"))
        .and(path("/metrics"))
        .respond_with(ResponseTemplate::new(200).set_body_string(page))
        .mount(&place.backend)
        .await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_hit_rate_is_what_was_counted_since_earlier_evidence_of_the_same_run(pool: PgPool) {
    let line = "Cache hit rate >60%";
    let document = "# Hits\n\n## Pre-Deployment\n\n\
                    - [ ] Cache hit rate >60%: `curl http://localhost:8000/metrics | grep cache_hits`\n";
    let team = Team::new(&pool).await;
    let run = team.run(document).await;
    counted(&team.place, 900, 100).await;
    let page = team.qa.verify(run, "").await;
    let first = page.standing(line);
    assert_eq!(first.status, Status::NoData, "{}", first.reason);
    assert!(first.reason.contains("90.0 %"), "{}", first.reason);

    team.app.advance(TimeDelta::minutes(20));
    counted(&team.place, 910, 190).await;
    let page = team.qa.verify(run, "").await;
    let second = page.standing(line);
    assert_eq!(second.status, Status::Failed, "{}", second.reason);
    assert!(
        second
            .reason
            .contains("10.0 % (10 cache_hits_total and 90 cache_misses_total in the 20 min since"),
        "{}",
        second.reason
    );

    // Another run has its own window.
    let other = team.run(document).await;
    let page = team.qa.verify(other, "").await;
    assert_eq!(page.status(line), Status::NoData);

    team.app.advance(TimeDelta::minutes(20));
    counted(&team.place, 1900, 200).await;
    let page = team.qa.verify(run, "").await;
    let third = page.standing(line);
    assert_eq!(third.status, Status::Proved, "{}", third.reason);
    assert!(third.reason.contains("in the 40 min since"), "{}", third.reason);
}
