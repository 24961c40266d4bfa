use domain::probe::{MetricProbe, MetricQuestion, ProbeSpec};
use domain::quantity::{Bound, Comparison, Quantity, Unit};
use rstest::rstest;

/// As plans were published before there were probes of services: each must load, and be written the same again.
#[rstest]
#[case(r#"{"probe":"http","asks":{"url":"http://a/","status":"success","body":["not_empty"],"filters":["json"],"within_ms":null,"secure_or_loopback":false}}"#)]
#[case(r#"{"probe":"postgres","asks":{"address":null,"question":"answers"}}"#)]
#[case(r#"{"probe":"file","asks":{"path":"a","rules":["directory"]}}"#)]
#[case(r#"{"probe":"env_line","asks":{"file":".env","key":"A","value":null}}"#)]
#[case(r#"{"probe":"port","asks":{"port":6379}}"#)]
#[case(r#"{"probe":"tool","asks":{"tool":"docker","at_least":[20,10]}}"#)]
#[case(r#"{"probe":"git","asks":"clean"}"#)]
#[case(r#"{"probe":"shell","asks":{"command":"docker-compose ps","filters":[{"grep":{"pattern":"Up","ignore_case":false,"invert":false}}],"rules":["not_empty",{"lacks":"unhealthy"}]}}"#)]
#[case(r#"{"probe":"all","asks":[{"probe":"memory","asks":{"at_least":1}},{"probe":"clock","asks":{"within_ms":1}}]}"#)]
fn a_specification_of_an_older_plan_still_loads(#[case] written: &str) {
    let spec: ProbeSpec = serde_json::from_str(written).unwrap();
    assert_eq!(serde_json::to_string(&spec).unwrap(), written);
}

#[rstest]
#[case::since_the_first(None, None)]
#[case::of_the_last_hour(Some(60), Some(30))]
#[case::of_three_minutes(Some(3), Some(2))]
fn a_share_of_the_last_minutes_needs_readings_half_as_far_apart(
    #[case] minutes: Option<u32>,
    #[case] every: Option<u32>,
) {
    let share = ProbeSpec::Metric(MetricProbe {
        url: "http://a/metrics".into(),
        question: MetricQuestion::Share {
            part: "hits".into(),
            rest: "misses".into(),
            bound: Bound {
                comparison: Comparison::Above,
                quantity: Quantity {
                    value: 70.0,
                    unit: Unit::Percent,
                },
            },
            minutes,
        },
    });
    let clock = ProbeSpec::Clock { within_ms: 1 };
    assert_eq!(
        (clock.counts_from_earlier(), clock.keeps_readings_every()),
        (false, None)
    );
    let both = ProbeSpec::All(vec![clock, share]);
    assert_eq!(
        (both.counts_from_earlier(), both.keeps_readings_every()),
        (true, every)
    );
}
