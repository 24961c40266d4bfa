//! Whoever has the database and not the key: what they change, compute again and hide is found with one checkpoint that was kept
//! elsewhere, in each of eight ways.

use super::{all_signed, as_superuser, closed, file, heads, refusal, told_by_python};
use crate::support::{Folder, SHOP, Team, eventually, random, seeds};
use chrono::TimeDelta;
use domain::{
    Hash,
    event::{Event, Happening},
    person::{Author, PersonId},
    plan::ItemId,
    record::Record,
    retention::Kept,
    run::{Run, RunId},
};
use record::{
    canonical, chain,
    dsse::Envelope,
    file::{PAYLOAD_TYPE, Statement},
    verify::{Doubt, Known, Outcome, verify},
};
use sqlx::PgPool;
use std::fs;

/// In how many ways.
const KINDS: [&str; 8] = [
    "edit",
    "delete",
    "reorder",
    "truncate",
    "restore",
    "insert",
    "stamp again",
    "exchange evidence",
];

/// What stands in the database of one run.
struct Rows {
    run: RunId,
    events: Vec<Event>,
    evidence: Vec<(String, String)>,
}

impl Rows {
    async fn of(pool: &PgPool, run: RunId) -> Self {
        let mut connection = pool.acquire().await.unwrap();
        let chain = store::event::chain(&mut connection, run).await.unwrap();
        let evidence = store::evidence::all(&mut connection, run).await.unwrap();
        Self {
            run,
            events: chain.into_iter().map(|linked| linked.event).collect(),
            evidence: evidence
                .into_iter()
                .filter_map(|(hash, _, kept)| match kept {
                    Kept::Whole(body) => Some((hash.to_string(), body)),
                    Kept::Removed(_) => None,
                })
                .collect(),
        }
    }

    /// Changes what happened, in this way; answers the number of the first event that is another, or missing, and whether all is
    /// computed again.
    fn tamper(&mut self, kind: &str, seed: u64) -> u64 {
        let count = self.events.len() as u64;
        // Never the first, and never the last alone.
        let at = (1 + random(seed) % (count - 2)) as usize;
        match kind {
            "edit" => self.events[at].by = mallory(),
            "delete" => drop(self.events.remove(at)),
            "reorder" => self.events.swap(at, at + 1),
            "truncate" | "restore" => self.events.truncate(at + 1),
            "insert" => {
                let mut forged = self.events[at].clone();
                forged.by = mallory();
                forged.what = Happening::Skipped {
                    item: ItemId("release-notes".to_owned()),
                    reason: "nobody reads them".to_owned(),
                };
                self.events.insert(at, forged);
            }
            "stamp again" => self.events[at..]
                .iter_mut()
                .for_each(|event| event.at -= TimeDelta::minutes(7)),
            "exchange evidence" => return self.exchange(seed),
            other => panic!("{other} is no way"),
        }
        at as u64 + 1
    }

    /// Other evidence in the place of what an event names, and the event changed to name it.
    fn exchange(&mut self, seed: u64) -> u64 {
        let named: Vec<usize> = (0..self.events.len())
            .filter(|at| matches!(self.events[*at].what, Happening::Observed { .. }))
            .collect();
        let at = named[random(seed) as usize % named.len()];
        let Happening::Observed { evidence, .. } = &mut self.events[at].what else {
            panic!("it was observed");
        };
        let (hash, body) = self
            .evidence
            .iter_mut()
            .find(|(hash, _)| hash == evidence.as_str())
            .unwrap();
        *body = body.replacen('{', "{\"a\":1,", 1);
        let other = canonical::sha256(body.as_bytes());
        (*evidence, *hash) = (other.clone(), other.to_string());
        at as u64 + 1
    }

    /// Numbers, records, signed records and the chain computed again: nothing of it needs a key.
    async fn write(mut self, pool: &PgPool) {
        let mut run: Option<Run> = None;
        for (place, event) in self.events.iter_mut().enumerate() {
            event.number = place as u64 + 1;
            if let (Happening::Signed { signed, .. }, Some(run)) = (&mut event.what, &run) {
                *signed = run.record.clone();
            }
            let mut after = match &run {
                None => Run::begin(self.run, event).unwrap(),
                Some(run) => {
                    let mut after = run.clone();
                    after.apply(event);
                    after
                }
            };
            event.record = canonical::hash(&Record::from(&after)).unwrap();
            after.record = event.record.clone();
            run = Some(after);
        }
        let (run, mut previous) = (run.unwrap(), Hash::zero());
        let id = self.run.0;
        as_superuser(
            pool,
            &format!("delete from event where run_id = {id}; delete from evidence where run_id = {id}"),
        )
        .await;
        for event in self.events {
            let linked = chain::link(event, previous).unwrap();
            sqlx::query(
                "insert into event (run_id, number, body, previous, hash) values ($1, $2, $3, $4, $5)",
            )
            .bind(id)
            .bind(linked.event.number as i64)
            .bind(&linked.body)
            .bind(linked.previous.as_str())
            .bind(linked.hash.as_str())
            .execute(pool)
            .await
            .unwrap();
            previous = linked.hash;
        }
        for (hash, body) in self.evidence {
            sqlx::query(
                "insert into evidence (run_id, hash, item, body, at) values ($1, $2, 'x', $3, now())",
            )
            .bind(id)
            .bind(hash)
            .bind(body)
            .execute(pool)
            .await
            .unwrap();
        }
        sqlx::query("update run set fold = $2, head = $3, event_count = $4 where id = $1")
            .bind(id)
            .bind(serde_json::to_value(&run).unwrap())
            .bind(previous.as_str())
            .bind(run.number as i64)
            .execute(pool)
            .await
            .unwrap();
    }
}

fn mallory() -> Author {
    Author::Person {
        id: PersonId(666),
        name: "mallory".to_owned(),
    }
}

/// The run as a backup had it that was taken after this event: heads, fold and all.
pub async fn set_back(pool: &PgPool, run: RunId, number: u64) {
    let mut rows = Rows::of(pool, run).await;
    rows.events.truncate(number as usize);
    rows.write(pool).await;
    let sql = format!("delete from head where run_id = {} and number > {number}", run.0);
    as_superuser(pool, &sql).await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_superuser_who_changes_what_happened_is_found_in_each_of_eight_ways_with_one_checkpoint(
    pool: PgPool,
) {
    let team = Team::new(&pool).await;
    let run = closed(&team, &pool).await;
    let original = heads(&pool, run).await;
    let known = Known {
        checkpoints: vec![original.last().unwrap().clone()],
        key: None,
    };
    let folder = Folder::new();
    let (written, kept) = (folder.path().join("run.json"), folder.path().join("kept.jsonl"));
    fs::write(&kept, serde_json::to_string(original.last().unwrap()).unwrap()).unwrap();
    let pristine = Rows::of(&pool, run).await;
    let (mut found, mut alone) = (0, 0);
    for seed in seeds("GONOGO_TAMPER_SEED", "GONOGO_TAMPERS", 2) {
        for (number, kind) in KINDS.into_iter().enumerate() {
            let mut rows = Rows {
                run,
                events: pristine.events.clone(),
                evidence: pristine.evidence.clone(),
            };
            let first = rows.tamper(kind, seed * 8 + number as u64);
            rows.write(&pool).await;
            // What was signed of what is another now is taken away: it would tell.
            let sql = format!("delete from head where run_id = {} and number >= {first}", run.0);
            as_superuser(&pool, &sql).await;
            let bytes = file(&team, run).await;
            alone += u32::from(matches!(verify(&bytes, &Known::default()), Outcome::Refused(_)));
            match verify(&bytes, &known) {
                Outcome::Refused(_) => found += 1,
                other => panic!("{kind}, seed {seed}: it was not found: {other:?}"),
            }
            fs::write(&written, &bytes).unwrap();
            let (code, words) = told_by_python(&written, Some(&kept));
            assert_eq!(code, 1, "{kind}, seed {seed}: {words}");
            put_heads(&pool, run, &original).await;
        }
    }
    println!("tampering: {found} found of {found}, {alone} of them also without the checkpoint");
    // As it was, it holds.
    pristine.write(&pool).await;
    assert!(matches!(
        verify(&file(&team, run).await, &known),
        Outcome::Holds(_)
    ));
}

async fn put_heads(pool: &PgPool, run: RunId, heads: &[Envelope]) {
    as_superuser(pool, &format!("delete from head where run_id = {}", run.0)).await;
    for envelope in heads {
        let head: record::head::Head = envelope.content(record::head::HEAD_TYPE).unwrap();
        let mut connection = pool.acquire().await.unwrap();
        store::head::insert(&mut connection, &head, envelope, false)
            .await
            .unwrap();
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_run_that_is_stored_otherwise_than_its_events_say_gets_no_filled_document_of_its_own_and_no_signature(
    pool: PgPool,
) {
    let team = Team::new(&pool).await;
    let run = closed(&team, &pool).await;
    let filled = async || {
        let bytes = file(&team, run).await;
        let envelope: Envelope = serde_json::from_slice(&bytes).unwrap();
        let statement: Statement = envelope.content(PAYLOAD_TYPE).unwrap();
        (statement.predicate.as_run, verify(&bytes, &Known::default()))
    };
    let (before, found) = filled().await;
    assert!(matches!(found, Outcome::Holds(_)), "{found:?}");
    let sql = format!(
        "update run set fold = jsonb_set(fold, '{{sign_offs,qa,comment}}', '\"never said\"') where id = {}",
        run.0
    );
    as_superuser(&pool, &sql).await;
    let page = team.qa.get(&format!("/runs/{}/export.md", run.0)).await;
    assert!(page.text.contains("never said"), "what nobody signs shows it");
    let (after, found) = filled().await;
    assert_eq!(after, before);
    assert!(
        matches!(found, Outcome::CannotTell(_, Doubt::NoSignature)),
        "{found:?}"
    );
}

/// Adds an event at the end of a run, its hash right, and asks for a head on it; answers its number.
async fn add(pool: &PgPool, run: RunId, body: impl FnOnce(Event) -> String) -> i64 {
    let rows = Rows::of(pool, run).await;
    let chain = store::event::chain(&mut pool.acquire().await.unwrap(), run)
        .await
        .unwrap();
    let (mut event, previous) = (
        rows.events.last().unwrap().clone(),
        chain.last().unwrap().hash.clone(),
    );
    event.number += 1;
    event.by = mallory();
    event.what = Happening::Skipped {
        item: ItemId("release-notes".to_owned()),
        reason: "nobody reads them".to_owned(),
    };
    let number = event.number as i64;
    let body = body(event);
    let hash = canonical::link(&previous, &body);
    sqlx::query("insert into event (run_id, number, body, previous, hash) values ($1, $2, $3, $4, $5)")
        .bind(run.0)
        .bind(number)
        .bind(&body)
        .bind(previous.as_str())
        .bind(hash.as_str())
        .execute(pool)
        .await
        .unwrap();
    sqlx::query("insert into head_due (run_id, number) values ($1, $2)")
        .bind(run.0)
        .bind(number)
        .execute(pool)
        .await
        .unwrap();
    number
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_event_that_is_added_at_the_end_with_a_wrong_record_is_not_signed(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.settled(SHOP).await;
    let number = add(&pool, run, |event| canonical::json(&event).unwrap()).await;
    let refused = refusal(&pool, run).await;
    assert_eq!(
        refused,
        format!("event {number}: its record's hash is not that of the events so far")
    );
    assert!(heads(&pool, run).await.is_empty());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_a_newer_version_wrote_waits_for_one_that_can_read_it_and_other_runs_are_signed(pool: PgPool) {
    let team = Team::new(&pool).await;
    let (strange, longer) = (team.run(SHOP).await, team.run(SHOP).await);
    let number = add(&pool, strange, |event| {
        let body = canonical::json(&event).unwrap();
        body.replace("\"event\":\"skipped\"", "\"event\":\"dreamt\"")
    })
    .await;
    // One that it can read, but for a word: which record that comes to, only a newer one knows.
    let word = add(&pool, longer, |event| {
        let body = canonical::json(&event).unwrap();
        body.replacen('{', "{\"aside\":1,", 1)
    })
    .await;
    team.app.advance(TimeDelta::minutes(1));
    let other = team.run(SHOP).await;
    team.devops.close(other, true, "enough").await.answer::<()>();
    eventually("the other run is signed", async || {
        (heads(&pool, other).await.len() == 1).then_some(())
    })
    .await;
    let waiting: Vec<(i64, i64, Option<String>)> =
        sqlx::query_as("select run_id, number, refused from head_due order by run_id")
            .fetch_all(&pool)
            .await
            .unwrap();
    assert_eq!(
        waiting,
        [(strange.0, number, None), (longer.0, word, None)],
        "neither is refused for good"
    );
    // As if the newer version had come.
    let sql = "delete from head_due; delete from event where body like '%dreamt%' or body like '%aside%'";
    as_superuser(&pool, sql).await;
    team.devops.close(strange, true, "enough").await.answer::<()>();
    all_signed(&pool).await;
    assert_eq!(heads(&pool, strange).await.len(), 1);
}
