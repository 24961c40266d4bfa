use super::*;
use rstest::rstest;

#[rstest]
#[case("cache_hits_total", Some("cache_misses_total"))]
#[case("app_cache_hit_total", Some("app_cache_miss_total"))]
#[case("redis_keyspace_hits_total", Some("redis_keyspace_misses_total"))]
#[case("cache_hits", Some("cache_misses"))]
#[case("cache_hits_created", None)]
#[case("page_hits_total", None)]
#[case("cache_white_total", None)]
#[case("cache_misses_total", None)]
fn the_counter_of_misses_is_named_like_the_one_of_hits(#[case] hits: &str, #[case] misses: Option<&str>) {
    assert_eq!(misses_of(hits).as_deref(), misses);
}

fn read(text: &str) -> Result<Vec<(String, f64, f64)>, String> {
    let pairs = pairs(&exposition::parse(text))?;
    let shown = |pair: Pair| (pair.hits_name, pair.hits, pair.misses);
    Ok(pairs.into_iter().map(shown).collect())
}

#[test]
fn labels_are_added_up_and_what_has_no_partner_or_is_no_counter_is_left_out() {
    let text = "# TYPE cache_hits counter\ncache_hits_total{cache=\"a\"} 3\ncache_hits_total{cache=\"b\"} 4\n\
                cache_hits_created{cache=\"a\"} 1.7e9\ncache_misses_total{cache=\"a\"} 2\n\
                other_cache_hits_total 9\n\
                # TYPE g_cache_hits gauge\ng_cache_hits 1\n# TYPE g_cache_misses gauge\ng_cache_misses 1\n";
    assert_eq!(read(text), Ok(vec![("cache_hits_total".to_owned(), 7.0, 2.0)]));
}

#[rstest]
#[case("cache_hits_total -1\ncache_misses_total 2\n")]
#[case("cache_hits_total NaN\ncache_misses_total 2\n")]
#[case("cache_hits_total 1\ncache_misses_total +Inf\n")]
fn what_is_no_count_is_refused(#[case] text: &str) {
    assert!(read(text).is_err_and(|why| why.contains("no count")), "{text}");
}
