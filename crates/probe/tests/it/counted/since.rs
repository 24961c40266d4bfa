//! What follows from two readings, without anything that is read.

use super::{assert_noted, figure};
use chrono::{DateTime, Utc};
use domain::metric::Metric;
use probe::counted::{Counted, Lookups, Pair, Read, Statement, Statements};
use rstest::rstest;

/// Statements by number and calls; those of which the number begins with an l are lookups.
fn statements(known: &[(&str, u64)]) -> Statements {
    let statement = |(id, calls): &(&str, u64)| Statement {
        user: 10,
        id: (*id).to_owned(),
        calls: *calls,
        lookup: id.starts_with('l').then(|| format!("“{id}”")),
    };
    Statements {
        database: 5,
        reset: DateTime::UNIX_EPOCH,
        evictions: 7,
        readings: 2,
        hidden: 3,
        known: known.iter().map(statement).collect(),
    }
}

fn of_database(statements: Statements) -> Counted {
    Counted {
        statements: Read::Is(statements),
        lookups: Read::Unread("nobody looked".to_owned()),
    }
}

/// The same, read once before.
fn before(known: &[(&str, u64)]) -> Counted {
    let readings = 1;
    of_database(Statements {
        readings,
        ..statements(known)
    })
}

fn of_cache(pairs: &[(&str, f64, f64)]) -> Counted {
    let pair = |(name, hits, misses): &(&str, f64, f64)| Pair {
        hits_name: format!("{name}_hits"),
        misses_name: format!("{name}_misses"),
        hits: *hits,
        misses: *misses,
    };
    Counted {
        statements: Read::Unread("nobody looked".to_owned()),
        lookups: Read::Is(Lookups {
            place: "the page".to_owned(),
            instance: "1".to_owned(),
            pairs: pairs.iter().map(pair).collect(),
        }),
    }
}

#[rstest]
#[case::the_rows_of_another_statement(&[("orders", 100), ("l1", 500)], &["l1"])]
#[case::every_row_makes_two(&[("orders", 100), ("l1", 500), ("l2", 600)], &["l2", "l1"])]
#[case::alone(&[("l1", 300)], &["l1"])]
#[case::as_often_as_every_other(&[("l1", 500), ("l2", 500), ("write", 480)], &[])]
#[case::twice_for_each_request(&[("orders", 100), ("l1", 299)], &[])]
#[case::no_lookup(&[("orders", 100), ("insert", 900)], &[])]
#[case::beside_one_that_is_hardly_ever_called(&[("l1", 300), ("rare", 4)], &["l1"])]
#[case::as_often_as_all_but_one_that_is_hardly_ever_called(&[("l1", 300), ("l2", 300), ("rare", 4)], &[])]
#[case::of_one_page_among_ten(&[("l1", 300), ("list", 10)], &["l1"])]
#[case::nothing(&[], &[])]
fn a_lookup_that_repeats_for_each_row_is_named(#[case] known: &[(&str, u64)], #[case] named: &[&str]) {
    let after = of_database(statements(known));
    let (figures, notes) = after.since(&before(&[]), 100);
    let calls: u64 = known.iter().map(|(_, calls)| calls).sum();
    assert_eq!(
        figure(&figures, Metric::Queries),
        Some((calls as f64 / 100.0, 100))
    );
    assert_eq!(
        figure(&figures, Metric::RepeatedQueries),
        Some((named.len() as f64, 100))
    );
    let repeats = notes
        .iter()
        .filter(|note| note.starts_with("It repeats like N+1"));
    let repeats: Vec<String> = repeats.map(|note| note.split('“').skip(1).collect()).collect();
    let named: Vec<String> = named.iter().map(|name| format!("{name}”")).collect();
    assert_eq!(repeats, named);
}

#[test]
fn only_calls_of_the_load_count_and_many_suspects_are_counted_instead_of_named() {
    let earlier = before(&[("orders", 900), ("l1", 5000)]);
    let after = of_database(statements(&[("orders", 1000), ("l1", 5100), ("new", 50)]));
    let (figures, _) = after.since(&earlier, 100);
    assert_eq!(figure(&figures, Metric::Queries), Some((2.5, 100)));

    let ids: Vec<String> = (10..22).map(|number| format!("l{number}")).collect();
    let mut known: Vec<(&str, u64)> = ids.iter().map(|id| (id.as_str(), 1000)).collect();
    known.push(("orders", 100));
    let (figures, notes) = of_database(statements(&known)).since(&before(&[]), 100);
    assert_eq!(figure(&figures, Metric::RepeatedQueries), Some((12.0, 100)));
    assert_noted(&notes, "2 more statements repeat like N+1.");
}

#[rstest]
#[case(&|after: &mut Statements| after.database = 6, 100, "the database is another one")]
#[case(&|after: &mut Statements| after.reset = moment(), 100, "reset meanwhile, at 2026-11-27 01:02:03 UTC: measure again")]
#[case(&|after: &mut Statements| after.evictions = 8, 100, "raise pg_stat_statements.max")]
#[case(&|after: &mut Statements| after.hidden = 4, 100, "GRANT pg_read_all_stats")]
#[case(&|after: &mut Statements| after.known[0].calls = 39, 100, "has forgotten counts")]
#[case(&|after: &mut Statements| after.known[0].user = 11, 100, "has forgotten counts")]
#[case(&|after: &mut Statements| drop(after.known.remove(0)), 100, "has forgotten counts")]
#[case(&|after: &mut Statements| after.readings = 1, 100, "has forgotten counts")]
#[case(&|_: &mut Statements| {}, 0, "no request was made")]
fn where_counts_may_be_lost_there_is_no_figure_and_a_note_says_why(
    #[case] change: &dyn Fn(&mut Statements),
    #[case] requests: u64,
    #[case] note: &str,
) {
    let before = before(&[("a", 40), ("b", 50)]);
    let mut after = statements(&[("a", 40), ("b", 150)]);
    change(&mut after);
    let (figures, notes) = of_database(after).since(&before, requests);
    assert_eq!(figures, []);
    assert_noted(&notes, note);
}

fn moment() -> DateTime<Utc> {
    "2026-11-27T01:02:03Z".parse().expect("a moment")
}

#[rstest]
#[case::all(&[("a", 0.0, 0.0)], &[("a", 8.0, 0.0)], Some((100.0, 8)), "a_hits and a_misses of the page")]
#[case::none(&[("a", 9.0, 2.0)], &[("a", 9.0, 6.0)], Some((0.0, 4)), "a_hits")]
#[case::the_one_that_moved(&[("a", 1.0, 1.0), ("b", 1.0, 1.0)], &[("a", 1.0, 1.0), ("b", 3.0, 3.0)], Some((50.0, 4)), "b_hits")]
#[case::several(&[("a", 1.0, 1.0), ("b", 1.0, 1.0)], &[("a", 2.0, 1.0), ("b", 3.0, 3.0)], None, "several caches (a_hits, b_hits)")]
#[case::no_lookups(&[("a", 1.0, 1.0)], &[("a", 1.0, 1.0)], None, "no lookups")]
#[case::fewer_hits(&[("a", 2.0, 1.0)], &[("a", 1.0, 9.0)], None, "lower than before the load")]
#[case::fewer_misses(&[("a", 2.0, 1.0)], &[("a", 9.0, 0.0)], None, "lower than before the load")]
#[case::gone(&[("a", 2.0, 1.0), ("b", 1.0, 1.0)], &[("a", 9.0, 1.0)], None, "b_hits and b_misses of the page are gone")]
#[case::new(&[("a", 2.0, 1.0)], &[("a", 2.0, 1.0), ("b", 1.0, 1.0)], None, "was not there")]
fn the_hit_rate_is_that_of_the_lookups_since(
    #[case] before: &[(&str, f64, f64)],
    #[case] after: &[(&str, f64, f64)],
    #[case] rate: Option<(f64, u64)>,
    #[case] note: &str,
) {
    let (figures, notes) = of_cache(after).since(&of_cache(before), 100);
    assert_eq!(figure(&figures, Metric::CacheHitRate), rate, "{notes:#?}");
    assert_noted(&notes, note);
    assert_noted(&notes, "Database queries were not counted: nobody looked");
}
