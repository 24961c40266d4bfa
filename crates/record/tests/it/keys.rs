//! Keys: of small order, written in two ways, in a history that somebody has changed.

use crate::support::{key, noon, refused, run};
use chrono::TimeDelta;
use record::{
    canonical,
    dsse::Envelope,
    head::Head,
    key::{Distrust, History, Introduction, KEY_TYPE, NoKey, PublicKey, introduce, leading},
};
use rstest::rstest;

/// The points whose order divides eight, as they are written, in the one way and in others (RFC 7748, 7; the tables of
/// "Taming the many EdDSAs", 2020).
#[rstest]
#[case::identity("0100000000000000000000000000000000000000000000000000000000000000")]
#[case::order_2("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
#[case::order_4("0000000000000000000000000000000000000000000000000000000000000000")]
#[case::order_4_other("0000000000000000000000000000000000000000000000000000000000000080")]
#[case::order_8("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")]
#[case::order_8_other("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85")]
#[case::order_8_third("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")]
#[case::order_8_fourth("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa")]
#[case::identity_in_two_ways("0100000000000000000000000000000000000000000000000000000000000080")]
#[case::above_the_prime("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
#[case::zero_above_the_prime("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
fn a_key_of_small_order_is_no_key(#[case] text: &str) {
    let refused = PublicKey::of_hex(text).unwrap_err();
    assert!(matches!(refused, NoKey::SmallOrder | NoKey::Point), "{refused}");
}

#[test]
fn a_file_whose_key_is_of_small_order_is_refused_for_that() {
    let mut made = run(41);
    let weak = "0100000000000000000000000000000000000000000000000000000000000000".to_owned();
    let introduction = Introduction {
        key: canonical::sha256(&[1].into_iter().chain([0; 31]).collect::<Vec<u8>>()),
        public: weak.try_into().unwrap(),
        from: noon(),
        previous: None,
    };
    let payload = canonical::json(&introduction).unwrap();
    made.keys = vec![Envelope::sign(KEY_TYPE, payload.as_bytes(), &[&key(1)])];
    let (entry, reason) = refused(&made.file());
    assert_eq!(entry, "key 1");
    assert!(reason.contains("small order"), "{reason}");
}

#[test]
fn a_signature_with_the_order_added_to_its_second_half_is_no_signature() {
    // L, little-endian: S + L verifies too where nobody looks (RFC 8032, 5.1.7).
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let (key, message) = (key(1), b"message");
    let mut signature = key.sign(message);
    assert!(key.public().verify(message, &signature));
    let mut carry = 0;
    for (byte, order) in signature[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        *byte = sum as u8;
        carry = sum >> 8;
    }
    assert_eq!(carry, 0);
    assert!(!key.public().verify(message, &signature));
    assert!(!key.public().verify(message, &signature[..63]));
}

#[test]
fn a_history_of_keys_with_one_that_nobody_introduced_is_refused() {
    let later = |hours| noon() + TimeDelta::hours(hours);
    let first = introduce(&key(1), None, noon()).unwrap();
    let second = introduce(&key(2), Some(&key(1)), later(1)).unwrap();
    let third = introduce(&key(3), Some(&key(2)), later(2)).unwrap();
    assert_eq!(
        History::read(&[first.clone(), second.clone(), third.clone()])
            .unwrap()
            .keys()
            .len(),
        3
    );
    let alone = introduce(&key(4), None, later(1)).unwrap();
    for (keys, place) in [
        (vec![first.clone(), third.clone()], 1),
        (vec![second.clone()], 0),
        (vec![first.clone(), alone], 1),
        (vec![first.clone(), first.clone()], 1),
    ] {
        assert_eq!(History::read(&keys).unwrap_err(), (place, Distrust::Order));
    }
    // It says that the first has introduced it, and that one's signature is missing.
    let mut taken = second.clone();
    taken.signatures.remove(0);
    assert!(matches!(
        History::read(&[first, taken]),
        Err((1, Distrust::Envelope(_)))
    ));
}

#[test]
fn what_a_key_signed_after_the_next_one_took_over_counts_for_nothing() {
    let made = run(41);
    let second = introduce(&key(2), Some(&key(1)), noon() + TimeDelta::seconds(30)).unwrap();
    let history = History::read(&[made.keys[0].clone(), second]).unwrap();
    let mut head = Head::read(&made.heads[0], &history).expect("the clocks of two processes differ a little");
    head.at = noon() + TimeDelta::minutes(10);
    let late = head.sign(&key(1)).unwrap();
    assert!(matches!(
        Head::read(&late, &history),
        Err(Distrust::NotThen { .. })
    ));
    head.key = key(5).public().id();
    let unknown = head.sign(&key(5)).unwrap();
    assert!(matches!(
        Head::read(&unknown, &history),
        Err(Distrust::Unknown(_))
    ));
    // The name of a key that is known, and another's signature.
    head.key = key(2).public().id();
    let mut forged = head.sign(&key(5)).unwrap();
    forged.signatures[0].keyid = key(2).public().id();
    assert!(matches!(
        Head::read(&forged, &history),
        Err(Distrust::Envelope(_))
    ));
}

#[test]
fn what_was_kept_beside_a_key_leads_from_an_older_history_to_it() {
    let later = |hours| noon() + TimeDelta::hours(hours);
    let first = introduce(&key(1), None, noon()).unwrap();
    let second = introduce(&key(2), Some(&key(1)), later(1)).unwrap();
    let third = introduce(&key(3), Some(&key(2)), later(2)).unwrap();
    let name = |number| key(number).public().id();
    let (known, kept) = (std::slice::from_ref(&first), [third.clone(), second.clone()]);
    assert_eq!(
        leading(known, &kept, &name(3)),
        Some(vec![second.clone(), third.clone()])
    );
    assert_eq!(leading(known, &kept, &name(1)), Some(vec![]));
    assert_eq!(leading(known, &kept, &name(4)), None, "nobody introduced it");
    assert_eq!(leading(known, &kept[..1], &name(3)), None, "one is missing");
    let both = [first.clone(), second];
    assert_eq!(leading(&both, &[], &name(1)), None, "it signs no more");
    // Signed by itself alone.
    let mut taken = third;
    taken.signatures.remove(0);
    assert_eq!(leading(&both, &[taken], &name(3)), None);
}

#[test]
fn a_clock_that_was_set_back_does_not_take_what_is_signed_out_of_its_time() {
    let made = run(41);
    let history = History::read(&made.keys).unwrap();
    let (id, before) = (key(1).public().id(), noon() - TimeDelta::days(1));
    assert!(history.key(&id, before).is_err());
    assert!(history.key(&id, history.not_before(&id, before)).is_ok());
    let after = noon() + TimeDelta::days(1);
    assert_eq!(history.not_before(&id, after), after);
    for end in [
        chrono::DateTime::<chrono::Utc>::MIN_UTC,
        chrono::DateTime::<chrono::Utc>::MAX_UTC,
    ] {
        assert_eq!(
            history.key(&id, end).is_ok(),
            end > noon(),
            "and the end of all time is a time"
        );
    }
}
