use crate::support::person;
use chrono::DateTime;
use domain::{
    Role,
    person::{Person, PersonId, Scope, Service},
    plan::Slot,
    rule_approval::{MayNotApprove, NotApproved, RuleApproval, RuleChange},
};

/// A table of these titles, in this order where `in_turn`.
fn table(titles: &[&str], in_turn: bool) -> Vec<Slot> {
    let mut slots: Vec<Slot> = Vec::new();
    for (index, title) in titles.iter().enumerate() {
        let role = title.to_lowercase();
        slots.push(Slot {
            title: (*title).to_owned(),
            line: 9 + index as u32,
            nth: slots.iter().filter(|slot| slot.role == role).count() as u32,
            place: if in_turn { index as u32 + 1 } else { 0 },
            role,
        });
    }
    slots
}

fn change(old: &[&str], new: &[&str]) -> Option<RuleChange> {
    RuleChange::between(1, table(old, false), table(new, false))
}

fn approve(change: &mut RuleChange, by: &Person, slot: &str) -> Result<(), MayNotApprove> {
    change.may_approve(by, slot)?;
    change.approvals.push(RuleApproval {
        slot: slot.to_owned(),
        by: by.id,
        name: by.name.clone(),
        at: DateTime::UNIX_EPOCH,
    });
    Ok(())
}

fn missing(change: &RuleChange) -> Vec<String> {
    change.missing().map(Slot::key).collect()
}

#[test]
fn rules_change_with_roles_their_number_and_their_order_and_with_nothing_else() {
    assert_eq!(change(&["QA", "DevOps"], &["DevOps", "QA"]), None, "rows moved");
    let mut reworded = table(&["QA"], false);
    reworded[0].title = "Quality Assurance".into();
    reworded[0].line = 40;
    assert_eq!(RuleChange::between(1, table(&["QA"], false), reworded), None);
    let sentences = |old: &[&str], new: &[&str]| change(old, new).unwrap().sentences();
    assert_eq!(sentences(&["QA", "DevOps"], &["DevOps"]), ["QA signs no more."]);
    assert_eq!(sentences(&["QA"], &[]), ["QA signs no more."]);
    assert_eq!(sentences(&["QA", "QA"], &["QA"]), ["QA (2) signs no more."]);
    assert_eq!(
        sentences(&["QA"], &["QA", "Lead"]),
        ["Lead signs, in any order: this is new."]
    );
    let ordered = RuleChange::between(1, table(&["QA", "DevOps"], false), table(&["QA", "DevOps"], true));
    assert_eq!(
        ordered.unwrap().sentences(),
        [
            "QA signs as number 1; until now in any order.",
            "DevOps signs as number 2; until now in any order."
        ]
    );
}

#[test]
fn every_slot_of_the_old_table_approves_that_a_role_can_fill_and_none_of_the_new() {
    let mut change = change(&["QA", "DevOps", "Lead"], &["Developer"]).unwrap();
    assert_eq!(missing(&change), ["qa", "devops"]);
    let missing_both = NotApproved::Missing("QA, DevOps".into());
    assert_eq!(change.may_publish(Some(PersonId(1))), Err(missing_both.clone()));
    assert_eq!(change.may_publish(None), Err(missing_both));
    approve(&mut change, &person(2, &[Role::Qa]), "qa").unwrap();
    assert_eq!(missing(&change), ["devops"]);
    approve(&mut change, &person(3, &[Role::Devops]), "devops").unwrap();
    assert_eq!(
        (missing(&change).len(), change.may_publish(Some(PersonId(3)))),
        (0, Ok(()))
    );
}

#[test]
fn where_nobody_could_sign_by_the_old_table_nobody_approves() {
    let none: &[&str] = &[];
    for old in [none, &["Lead", "Viewer"]] {
        let change = change(old, &["QA"]).unwrap();
        assert_eq!(change.may_publish(Some(PersonId(1))), Ok(()), "{old:?}");
        assert_eq!(change.may_publish(None), Ok(()), "{old:?}");
    }
}

#[test]
fn a_slot_is_approved_by_one_who_holds_its_role_everywhere_and_each_fills_one() {
    let mut change = change(&["QA", "QA", "DevOps", "Viewer"], &[]).unwrap();
    let both = person(2, &[Role::Qa, Role::Devops]);
    let not_qa = Err(MayNotApprove::NotTheRole("QA".into()));
    assert_eq!(approve(&mut change, &person(3, &[Role::Devops]), "qa"), not_qa);
    let mut local = person(3, &[]);
    local.roles_at.insert("shop".into(), vec![Role::Qa]);
    assert_eq!(
        approve(&mut change, &local, "qa"),
        not_qa,
        "a role in one environment"
    );
    let program = Person {
        service: Some(Service {
            scopes: Scope::ALL.to_vec(),
            environment: None,
        }),
        ..person(4, &[Role::Qa])
    };
    assert_eq!(approve(&mut change, &program, "qa"), not_qa, "a program");
    let viewer = approve(&mut change, &person(5, &[Role::Viewer]), "viewer");
    assert_eq!(viewer, Err(MayNotApprove::NotTheRole("Viewer".into())));
    let none = approve(&mut change, &both, "developer");
    assert_eq!(none, Err(MayNotApprove::NoSlot("developer".into())));

    assert_eq!(approve(&mut change, &both, "qa"), Ok(()));
    for slot in ["qa#2", "devops"] {
        assert_eq!(
            approve(&mut change, &both, slot),
            Err(MayNotApprove::AnotherSlot("QA".into()))
        );
    }
    let second = person(6, &[Role::Qa]);
    let taken = Err(MayNotApprove::Taken("person-2".into()));
    assert_eq!(approve(&mut change, &second, "qa"), taken);
    assert_eq!(approve(&mut change, &second, "qa#2"), Ok(()));
    assert_eq!(missing(&change), ["devops"]);
}

#[test]
fn whoever_publishes_is_not_the_only_one_who_approves() {
    let mut change = change(&["DevOps"], &["QA"]).unwrap();
    approve(&mut change, &person(2, &[Role::Devops]), "devops").unwrap();
    assert_eq!(
        change.may_publish(Some(PersonId(2))),
        Err(NotApproved::OnlyThePublisher)
    );
    assert_eq!(change.may_publish(Some(PersonId(3))), Ok(()));
}
