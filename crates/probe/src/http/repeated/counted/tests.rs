use super::*;
use crate::redact::Secrets;
use chrono::{DateTime, TimeDelta};
use domain::verdict::Verdict;
use rstest::rstest;

fn looks(counts: [[u64; 2]; 3], more: [&str; 3]) -> [Look; 3] {
    let mut minute = 0;
    let mut look = |[hits, misses]: [u64; 2], more: &str| {
        minute += 1;
        let text = format!("cache_hits_total {hits}\ncache_misses_total {misses}\n{more}");
        let asking = Asking {
            target: "http://127.0.0.1/metrics",
            at: DateTime::UNIX_EPOCH + TimeDelta::minutes(minute),
            earlier: &[],
            deployed_at: None,
            over: None,
            secrets: &Secrets::none(),
        };
        let pair = share::read(
            &exposition::parse(&text),
            false,
            "cache_hits",
            "cache_misses",
            &asking,
        );
        Look {
            pair: pair.expect("a pair"),
            text,
        }
    };
    let [one, two, three] = counts;
    [look(one, more[0]), look(two, more[1]), look(three, more[2])]
}

#[rstest]
#[case::each_new_one_missed_and_each_repeated_one_hit([[90, 10], [90, 15], [95, 15]], Some(Verdict::Pass))]
#[case::two_questions_to_the_cache_for_each([[90, 10], [90, 20], [100, 20]], Some(Verdict::Pass))]
#[case::others_missed_too_before([[90, 10], [90, 17], [95, 17]], Some(Verdict::Pass))]
#[case::no_repeated_one_hit([[90, 10], [90, 15], [90, 20]], Some(Verdict::Fail))]
#[case::the_cache_was_not_asked_again([[90, 10], [90, 15], [90, 15]], Some(Verdict::Fail))]
#[case::one_repeated_one_did_not_hit([[90, 10], [90, 15], [94, 15]], None)]
#[case::one_missed([[90, 10], [90, 15], [95, 16]], None)]
// Hits that others have anyway may be theirs.
#[case::hits_before_any_call_was_repeated([[90, 10], [91, 15], [97, 15]], None)]
// The new calls asked the cache nothing, so that the hits are others'.
#[case::new_calls_that_did_not_miss([[90, 10], [90, 14], [99, 14]], None)]
#[case::only_others_hit([[90, 10], [90, 10], [99, 10]], None)]
#[case::they_began_anew([[90, 10], [90, 15], [5, 0]], None)]
#[case::they_began_anew_before([[90, 10], [0, 5], [5, 5]], None)]
fn counters_decide_what_no_other_caller_can_have_done(
    #[case] counts: [[u64; 2]; 3],
    #[case] verdict: Option<Verdict>,
) {
    let said = match judge(&looks(counts, ["a 1", "a 2", "a 3"]), 5) {
        Counted::Judged(judgement) => Some(judgement.verdict),
        Counted::Open(_) => None,
        Counted::Nowhere => panic!("it was counted"),
    };
    assert_eq!(said, verdict);
}

#[test]
fn a_page_that_does_not_change_says_nothing() {
    let same = looks([[90, 10]; 3], [""; 3]);
    assert!(matches!(judge(&same, 5), Counted::Open(why) if why.contains("did not change")));
    let moving = looks([[90, 10]; 3], ["requests 1", "requests 6", "requests 11"]);
    assert!(matches!(judge(&moving, 5), Counted::Judged(judgement) if judgement.verdict == Verdict::Fail));
}

#[test]
fn another_process_that_answers_says_nothing() {
    let started = [
        "process_start_time_seconds 1000\n",
        "process_start_time_seconds 1500\n",
        "",
    ];
    let looks = looks(
        [[90, 10], [90, 15], [95, 15]],
        [started[0], started[1], started[1]],
    );
    assert!(matches!(judge(&looks, 5), Counted::Open(why) if why.contains("another process")));
}

#[rstest]
#[case("cache_hits_total 1\ncache_misses_total 1\n", Some("cache_hits_total"))]
#[case(
    "cache_hits{a=\"1\"} 1\ncache_hits{a=\"2\"} 1\ncache_misses 1\ncache_hits_created 1.7e9\ncache_misses_created 1.7e9\n",
    Some("cache_hits")
)]
#[case::two_caches("a_cache_hits 1\na_cache_misses 1\nb_cache_hits 1\nb_cache_misses 1\n", None)]
#[case::no_misses("cache_hits_total 1\n", None)]
#[case::no_cache("page_hits 1\npage_misses 1\n", None)]
#[case::comments("# TYPE cache_hits counter\n# TYPE cache_misses counter\n", None)]
fn a_page_with_one_pair_of_counters_names_them(#[case] text: &str, #[case] hits: Option<&str>) {
    let found = names(&exposition::parse(text));
    assert_eq!(found.as_ref().map(|(hits, _)| hits.as_str()), hits);
}
