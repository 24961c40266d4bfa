use crate::support::{Bench, hash, id, person};
use domain::{
    Role,
    action::Ending,
    environment::Class,
    event::Happening,
    horizon::{Horizon, horizon, turns},
    plan::{Item, Plan, Section, SectionId, SectionKind, Work},
    rollback::{Contract, Deed, Step, Tier},
    window::Timing,
};

fn action(name: &str, command: &str) -> Item {
    Item {
        id: id(name),
        parent: None,
        line: 1,
        text: name.into(),
        label: None,
        claimed: false,
        optional: false,
        work: Work::action(command.into(), command.into()),
        why: String::new(),
        timeout_seconds: None,
        role: None,
        timing: Timing::default(),
    }
}

fn tier(name: &str, commands: &[(&str, bool)]) -> Tier {
    let step = |(command, development_only): &(&str, bool)| Step {
        title: (*command).into(),
        line: None,
        deed: Deed::Command {
            command: (*command).into(),
        },
        proof: None,
        contract: Contract::Manual,
        written: None,
        mended: None,
        loses: None,
        development_only: *development_only,
        timeout_seconds: None,
    };
    Tier {
        section: SectionId(name.into()),
        title: name.into(),
        minutes: None,
        steps: commands.iter().map(step).collect(),
    }
}

/// The reference checklist's way, in short.
fn plan() -> Plan {
    let items = vec![
        action("redis", "docker-compose up -d redis"),
        action("migrate", "python -m migrations apply"),
        action("build", "docker-compose up -d --build backend"),
    ];
    let kind = SectionKind::Phase {
        number: 1,
        minutes: None,
    };
    let section = Section {
        id: SectionId("phase".into()),
        kind,
        title: "phase".into(),
        group: None,
        line: 1,
        items,
        checks: Vec::new(),
        prose: String::new(),
        timing: Timing::default(),
    };
    let immediate = [("docker-compose stop redis", false)];
    let full = [
        ("python -m migrations rollback", true),
        ("git checkout \"$GONOGO_PREVIOUS_COMMIT\"", false),
    ];
    Plan {
        revision: hash(1),
        title: "T".into(),
        sections: vec![section],
        slots: Vec::new(),
        parameters: Vec::new(),
        blanks: Vec::new(),
        rollback: vec![tier("immediate", &immediate), tier("full", &full)],
        forms: Vec::new(),
        objectives: Vec::new(),
        links: Vec::new(),
        follow_ups: Vec::new(),
    }
}

fn forward(since: &str, why: &str) -> Horizon {
    Horizon::ForwardOnly {
        since: id(since),
        why: why.into(),
    }
}

#[test]
fn a_migration_that_production_never_takes_back_leaves_only_the_way_forward() {
    let only = "it changes the schema or data, and no step of a way back takes that back in production";
    let plan = plan();
    assert_eq!(turns(&plan, Class::Development), [(id("migrate"), Horizon::Full)]);
    assert_eq!(
        turns(&plan, Class::Production),
        [(id("migrate"), forward("migrate", only))]
    );
}

#[test]
fn without_a_tier_everything_is_forward_only() {
    let mut plan = plan();
    plan.rollback.clear();
    let why = "the checklist has no way back in staging";
    assert_eq!(
        turns(&plan, Class::Staging),
        [(id("redis"), forward("redis", why))]
    );
}

#[test]
fn a_dump_that_is_restored_brings_back_what_is_gone() {
    let mut plan = plan();
    plan.sections[0].items = vec![action("drop", "psql -c 'DROP TABLE old'")];
    let gone = "it throws something away, and no step of a way back takes that back in staging";
    assert_eq!(
        turns(&plan, Class::Staging),
        [(id("drop"), forward("drop", gone))]
    );
    plan.rollback
        .push(tier("last", &[("psql shop < backup.sql", false)]));
    assert_eq!(turns(&plan, Class::Staging), [(id("drop"), Horizon::Full)]);
}

#[test]
fn what_was_begun_or_done_by_hand_counts_and_what_was_left_out_does_not() {
    let plan = plan();
    let owner = person(7, &[Role::Devops]).author();
    let mut bench = Bench::new();
    bench.happen(&owner, Happening::Executing);
    assert_eq!(horizon(&plan, &bench.run), Horizon::Immediate);
    let skipped = Happening::Skipped {
        item: id("migrate"),
        reason: "no need".into(),
    };
    bench.happen(&owner, skipped);
    bench.happen(
        &owner,
        Happening::ActionStarted {
            item: id("redis"),
            again: false,
        },
    );
    assert_eq!(horizon(&plan, &bench.run), Horizon::Immediate);
    bench.attest("build");
    assert_eq!(horizon(&plan, &bench.run), Horizon::Full);
    // One that failed may have done half of it.
    bench.happen(
        &owner,
        Happening::ActionStarted {
            item: id("migrate"),
            again: false,
        },
    );
    let failed = Happening::ActionEnded {
        item: id("migrate"),
        ending: Ending::Failed,
        reason: "exit code 1".into(),
        evidence: hash(5),
        duration_us: 1,
    };
    bench.happen(&owner, failed);
    assert_eq!(horizon(&plan, &bench.run), Horizon::Full);
    let mut production = bench.run.clone();
    production.start.class = Class::Production;
    assert!(
        matches!(horizon(&plan, &production), Horizon::ForwardOnly { since, .. } if since == id("migrate"))
    );
}
