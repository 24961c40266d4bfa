use domain::{Right, Role, environment::Class, role::may};

/// Who has which right, in production and elsewhere: d is developer, o devops, q qa, p product owner, a admin,
/// u auditor, v viewer.
const TABLE: [(Right, &str, &str); 9] = [
    (Right::See, "doqpauv", "doqpauv"),
    (Right::Verify, "doq", "doq"),
    (Right::Act, "o", "do"),
    (Right::Attest, "doq", "doq"),
    (Right::Waive, "op", "op"),
    (Right::Sign, "doqpu", "doqpu"),
    (Right::RollBack, "op", "op"),
    (Right::Publish, "o", "o"),
    (Right::ManagePeople, "a", "a"),
];

#[test]
fn each_role_has_the_rights_of_the_table_and_no_others() {
    let letters = "doqpauv".chars().zip(Role::ALL);
    for (letter, role) in letters {
        for (right, production, elsewhere) in TABLE {
            let in_production = may(&[role], right, Some(Class::Production));
            assert_eq!(
                in_production,
                production.contains(letter),
                "{role} {right:?} in production"
            );
            for class in [Some(Class::Development), Some(Class::Staging), None] {
                assert_eq!(
                    may(&[role], right, class),
                    elsewhere.contains(letter),
                    "{role} {right:?} {class:?}"
                );
            }
        }
    }
}

#[test]
fn somebody_without_a_role_may_nothing() {
    assert!(TABLE.iter().all(|(right, ..)| !may(&[], *right, None)));
}

#[test]
fn a_role_is_read_from_its_key_its_title_and_the_words_of_a_table() {
    for role in Role::ALL {
        assert_eq!(role.key().parse(), Ok(role));
        assert_eq!(role.title().parse(), Ok(role));
    }
    assert_eq!("Product Owner".parse(), Ok(Role::ProductOwner));
    assert_eq!("Dev Ops".parse(), Ok(Role::Devops));
    assert!("release captain".parse::<Role>().is_err());
}
