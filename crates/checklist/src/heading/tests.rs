//! Headings as people write them.

use super::*;

#[test]
fn a_phase_has_a_number_and_minutes() {
    let meaning = read("Phase 2: Database Optimization (15 minutes)");
    assert_eq!(
        meaning.kind,
        Some(SectionKind::Phase {
            number: 2,
            minutes: Some(15)
        })
    );
    assert_eq!(meaning.title, "Database Optimization");
}

#[test]
fn of_a_range_the_longer_end_is_the_budget() {
    for words in [
        "Phase 1: x (5-10 minutes)",
        "Phase 1: x (5–10 min)",
        "Phase 1: x (5 to 10 m)",
        "Phase 1: x (5-10 Minuten)",
    ] {
        assert_eq!(read(words).minutes, Some(10), "{words}");
    }
}

#[test]
fn windows_are_due_in_minutes_whatever_the_unit() {
    let kind = |words| read(words).kind;
    assert_eq!(
        kind("Immediate Checks (within 5 minutes)"),
        Some(SectionKind::Window { minutes: 5 })
    );
    assert_eq!(
        kind("Short-term Monitoring (within 1 hour)"),
        Some(SectionKind::Window { minutes: 60 })
    );
    assert_eq!(
        kind("📈 First 24 hours"),
        Some(SectionKind::Window { minutes: 1440 })
    );
}

#[test]
fn rollback_tiers_keep_their_budget() {
    let meaning = read("Immediate Rollback (< 5 minutes)");
    assert_eq!(meaning.kind, Some(SectionKind::Rollback { minutes: Some(5) }));
    assert_eq!(meaning.title, "Immediate Rollback");
}

#[test]
fn parts_of_a_chapter_stay_in_it() {
    let before = read("Before Deployment");
    assert_eq!(
        resolve(&before, Some(SectionKind::Benchmark)),
        SectionKind::Benchmark
    );
    assert_eq!(resolve(&before, None), SectionKind::Preflight);
    assert_eq!(
        read("Issue: Redis won't start").kind,
        Some(SectionKind::Troubleshooting)
    );
}
