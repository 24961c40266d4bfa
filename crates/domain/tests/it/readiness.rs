use domain::{
    plan::SectionId,
    readiness::{Need, NeedState, TierReadiness},
};
use rstest::rstest;
use std::time::Duration;

fn met() -> NeedState {
    NeedState::Met {
        found: "there".into(),
    }
}

fn missing() -> NeedState {
    NeedState::Missing {
        why: ".env.backup does not exist".into(),
        todo: "copy it".into(),
    }
}

fn unread() -> NeedState {
    NeedState::Unread {
        why: "no answer".into(),
    }
}

fn tier(minutes: Option<u32>, states: Vec<NeedState>) -> TierReadiness {
    let need = |state| Need {
        what: "the images".into(),
        state,
    };
    TierReadiness {
        section: SectionId("immediate".into()),
        minutes,
        needs: states.into_iter().map(need).collect(),
    }
}

#[rstest]
#[case(None, "ready, never rehearsed")]
#[case(Some(400), "ready, about 1 s of 5 min")]
#[case(Some(9_100), "ready, about 10 s of 5 min")]
#[case(Some(38_700), "ready, about 40 s of 5 min")]
#[case(Some(121_000), "ready, about 3 min of 5 min")]
#[case(Some(301_000), "ready, about 6 min of 5 min, longer than planned")]
fn a_ready_tier_says_how_long_it_took_on_trial(#[case] took_ms: Option<u64>, #[case] words: &str) {
    let tier = tier(Some(5), vec![met(), met()]);
    assert!(tier.is_ready());
    assert_eq!(tier.summary(took_ms.map(Duration::from_millis)), words);
}

#[rstest]
#[case(vec![met(), missing()], "not ready: .env.backup does not exist")]
#[case(vec![unread(), met()], "nobody knows whether it is ready: the images: no answer")]
#[case(
    vec![unread(), missing()],
    "not ready: .env.backup does not exist; and nobody knows of the images: no answer"
)]
fn a_tier_that_is_not_ready_says_what_is_missing(#[case] states: Vec<NeedState>, #[case] words: &str) {
    let tier = tier(None, states);
    assert!(!tier.is_ready());
    assert_eq!(tier.summary(Some(Duration::from_secs(40))), words);
}
