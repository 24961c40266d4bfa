//! Sixty-four people press at the same moment, on two Gonogos that share a database.

use super::{Deployments, FIVE_WAYS, ITEM, act, form, is_started, roll_back};
use crate::support::{Browser, Look, Page, Panel, fault_seeds, random};
use domain::event::Happening;
use futures::stream::{FuturesUnordered, StreamExt};
use sqlx::PgPool;
use std::time::Duration;

const PRESSES: usize = 64;

/// Each form is sent twice: a double click, or another tab.
const FORMS: usize = PRESSES / 2;

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn of_all_who_press_on_two_panels_one_starts_it_and_the_others_are_told_who(pool: PgPool) {
    let all = Deployments::new(&pool, FIVE_WAYS).await;
    let panels = [
        Panel::start(&pool, &all.team.place).await,
        Panel::start(&pool, &all.team.place).await,
    ];
    let people = [&all.team.owner, &all.team.devops];
    let browsers = panels
        .each_ref()
        .map(|panel| people.map(|person| panel.browser(person)));
    let actors = panels
        .each_ref()
        .map(|panel| [&all.team.devops; 2].map(|person| panel.browser(person)));
    let rounds = fault_seeds(3);
    let (first, count) = (rounds.start, rounds.end - rounds.start);
    for seed in rounds {
        let run = all.begin().await;
        let item = all.team.qa.page(run).await.id(ITEM);

        all.ask("waits-action");
        let one = async |browser: &Browser, key: &str| act(browser, run, &item, key).await;
        let pages = press(seed, &actors, one, || all.let_go("waits-action")).await;
        one_started(&pages, "otto started it at", seed);
        all.comes("action ended").await;
        let is_action = |what: &Happening| matches!(what, Happening::ActionStarted { .. });
        assert_eq!(
            (all.events(run, is_action).await, all.effects()),
            (1, vec!["action began".to_owned(), "action ended".to_owned()]),
            "seed {seed}"
        );

        all.ask("waits-2");
        let one = async |browser: &Browser, key: &str| roll_back(browser, run, key).await;
        let pages = press(random(seed), &browsers, one, || all.let_go("waits-2")).await;
        let log = all.log(run).await;
        let starts: Vec<_> = log.iter().filter(|event| is_started(&event.what)).collect();
        assert_eq!(starts.len(), 1, "seed {seed}");
        let words = format!("{} started the rollback at", starts[0].by.name());
        one_started(&pages, &words, seed);
        all.done(run, &format!("seed {seed}")).await;
        for step in [2, 3, 4] {
            let counted = ["began", "ended"].map(|what| all.count(&format!("{step} {what}")));
            assert_eq!(counted, [1, 1], "seed {seed}, step {step}: {:?}", all.effects());
        }
        assert_eq!(all.events(run, is_started).await, 1, "seed {seed}");
    }
    println!("{PRESSES} presses x {count} rounds from seed {first} on two panels: 0 double starts");
}

/// Everybody presses within a few milliseconds. `release` comes when all but one were answered: whoever started it may wait for
/// its end. Answers the number of each form with what it was answered.
async fn press(
    seed: u64,
    browsers: &[[Browser; 2]; 2],
    one: impl AsyncFn(&Browser, &str) -> Page,
    release: impl FnOnce(),
) -> Vec<(String, Page)> {
    let forms: Vec<String> = (0..FORMS).map(|_| form()).collect();
    let mut pressing: FuturesUnordered<_> = (0..PRESSES)
        .map(|press| {
            let (form, one) = (&forms[press % FORMS], &one);
            let browser = &browsers[press / FORMS][press % 2];
            let after = Duration::from_micros(random(seed ^ press as u64) % 5_000);
            async move {
                tokio::time::sleep(after).await;
                (form.clone(), one(browser, form).await)
            }
        })
        .collect();
    let mut pages = Vec::new();
    while pages.len() < PRESSES - 1 {
        pages.extend(pressing.next().await);
    }
    release();
    pages.extend(pressing.next().await);
    pages
}

/// One form was taken, whichever of its two came first; the others were told this.
fn one_started(pages: &[(String, Page)], words: &str, seed: u64) {
    let (taken, told): (Vec<_>, Vec<_>) = pages.iter().partition(|(_, page)| page.status.is_success());
    let told_so = |page: &Page| {
        let (code, said) = page.refusal();
        assert!(
            code == 409 && said.contains(words),
            "seed {seed}: {code} {said}, not {words}"
        );
    };
    told.iter().for_each(|(_, page)| told_so(page));
    let first = taken
        .first()
        .unwrap_or_else(|| panic!("seed {seed}: nobody started it"));
    assert!(
        taken.iter().all(|(form, _)| *form == first.0),
        "seed {seed}: {} were told that they started it",
        taken.len()
    );
}
