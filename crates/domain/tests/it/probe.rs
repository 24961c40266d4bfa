use domain::probe::ProbeSpec;
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
