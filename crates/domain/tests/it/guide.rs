use crate::support::{Bench, hash, id, person};
use domain::{
    action::Ending,
    event::{Event, Happening},
    guide::{GuideEntry, Help, failing, has_failed},
    notice::{Notice, of_event},
    plan::SectionId,
    verdict::Verdict,
};

fn fails(bench: &Bench) -> Vec<(&str, Verdict)> {
    failing(&bench.run)
        .map(|one| (one.item.0.as_str(), one.verdict))
        .collect()
}

#[test]
fn a_line_fails_until_it_passes_or_somebody_settles_it() {
    let mut bench = Bench::new();
    let somebody = person(1, &[]).author();
    for (item, verdict) in [
        ("probe", Verdict::Fail),
        ("child-a", Verdict::Pass),
        ("child-b", Verdict::NoData),
        ("check", Verdict::Error),
    ] {
        bench.observe(item, verdict);
    }
    let ended = |ending: Ending| Happening::ActionEnded {
        item: id("word"),
        ending,
        reason: "exit code 1".to_owned(),
        evidence: hash(7),
        duration_us: 1,
    };
    bench.happen(&somebody, ended(Ending::Failed));
    assert_eq!(
        fails(&bench),
        [
            ("check", Verdict::Error),
            ("child-b", Verdict::NoData),
            ("probe", Verdict::Fail),
            ("word", Verdict::Fail)
        ]
    );
    let since = |bench: &Bench| {
        failing(&bench.run)
            .find(|one| one.item.0 == "probe")
            .map(|one| one.since)
    };
    let first = since(&bench);
    bench.observe("probe", Verdict::Fail);
    assert_eq!(since(&bench), first, "it fails since it first did");
    bench.observe("probe", Verdict::Pass);
    bench.happen(&somebody, ended(Ending::Done));
    bench.attest("check");
    assert_eq!(fails(&bench), [("child-b", Verdict::NoData)]);
    assert!(has_failed(&bench.run, &id("probe")) && !has_failed(&bench.run, &id("child-a")));
}

#[test]
fn what_is_said_of_a_guide_counts_for_the_failure_after_which_it_was_said() {
    let mut bench = Bench::new();
    let somebody = person(1, &[]).author();
    let guide = SectionId("cold".to_owned());
    bench.observe("probe", Verdict::Fail);
    let first = bench.now;
    let tried = GuideEntry::Tried {
        item: id("probe"),
        guide: guide.clone(),
        help: Help::NoHelp,
        note: String::new(),
    };
    bench.happen(&somebody, Happening::Guide(tried));
    bench.observe("probe", Verdict::Pass);
    bench.observe("probe", Verdict::Fail);
    let guides = &bench.run.guides;
    assert!(guides.said(&id("probe"), &guide, first).is_some());
    assert!(
        guides.said(&id("probe"), &guide, bench.now).is_none(),
        "it failed anew"
    );
    assert!(guides.said(&id("check"), &guide, first).is_none());

    let what = Happening::Guide(GuideEntry::Escalated {
        item: id("probe"),
        reason: "fail: 503".to_owned(),
    });
    let since = bench.now;
    bench.happen(&somebody, what.clone());
    assert!(bench.run.guides.escalated(&id("probe"), since).is_some());
    let event = Event {
        number: bench.run.number,
        at: bench.now,
        by: somebody.clone(),
        what,
        record: bench.run.record.clone(),
    };
    let told = of_event(None, &event, &bench.run);
    let escalated = Notice::Escalated {
        line: id("probe"),
        by: somebody.name().to_owned(),
        reason: "fail: 503".to_owned(),
    };
    assert_eq!(told, Some(escalated));
}
