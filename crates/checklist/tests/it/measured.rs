//! What documents measure: forms, objectives, the evidence of criteria, and what follows later.

use crate::support::plan;
use checklist::{
    compile,
    fill::{Chosen, Filled, fill},
};
use domain::follow_up::When;
use domain::form::{Field, FieldKind, Form, Moment};
use domain::link::{Evidence, Weight};
use domain::plan::Plan;
use rstest::rstest;

fn reference() -> Plan {
    let path =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../checklists/performance-optimization.md");
    let text = std::fs::read_to_string(path).expect("a shipped checklist");
    compile(text.as_bytes()).plan
}

fn fields(plan: &Plan) -> Vec<&Field> {
    plan.forms.iter().flat_map(|form| &form.fields).collect()
}

#[test]
fn the_forms_of_the_reference_checklist_have_exactly_its_blanks() {
    let plan = reference();
    let count = |wanted: fn(&Field) -> bool| fields(&plan).into_iter().filter(|field| wanted(field)).count();
    assert_eq!(count(|field| field.is_blank() && field.is_typed()), 10);
    assert_eq!(count(|field| field.is_blank() && !field.is_typed()), 4);
    assert_eq!(count(|field| matches!(field.kind, FieldKind::Choice { .. })), 1);
    assert_eq!(count(|field| matches!(field.kind, FieldKind::Fixed { .. })), 3);
    let moments: Vec<Moment> = plan.forms.iter().map(|form| form.moment).collect();
    assert_eq!(moments, [Moment::Before, Moment::After]);
    for field in fields(&plan) {
        if let FieldKind::Computed { before, .. } = &field.kind {
            assert!(before.is_some(), "{field:?}");
        }
        let blank = plan.blanks.iter().any(|blank| blank.id == field.id);
        assert_eq!(blank, field.is_blank(), "{field:?}");
    }
}

#[test]
fn a_choice_says_where_it_stands() {
    let text = "\u{feff}# T\n\n## Benchmark\n\n```\nGröße: ___ ms\nN+1 detected: Yes / No\n```\n";
    let plan = plan(text);
    let choice = fields(&plan).into_iter().find_map(|field| match &field.kind {
        FieldKind::Choice { options, start, end } => Some((options.clone(), *start as usize, *end as usize)),
        _ => None,
    });
    let (options, start, end) = choice.expect("a choice");
    assert_eq!(options, ["Yes", "No"]);
    assert_eq!(&text[start..end], "Yes / No");
}

/// A document with something chosen at its only choice, as an export writes it.
fn chosen(document: &[u8], option: Option<&str>) -> Vec<u8> {
    let plan = compile(document).plan;
    let choices = fields(&plan).into_iter().filter_map(|field| match field.kind {
        FieldKind::Choice { start, end, .. } => Some(Chosen {
            start,
            end,
            option: option.map(str::to_owned),
        }),
        _ => None,
    });
    let filled = Filled {
        choices: choices.collect(),
        ..Filled::default()
    };
    fill(document, &filled)
}

#[rstest]
#[case::in_a_block("# T\n\n## Benchmark\n\n```\np95: ___ ms\nN+1 detected: Yes / No  \n```\n")]
#[case::with_a_mark_at_the_start(
    "\u{feff}# T\r\n\r\n## Benchmark\r\n\r\n```\r\nGröße: ___ ms\r\nN+1 detected: Yes / No\r\n```\r\n"
)]
#[case::in_a_list("# T\n\n## Benchmark\n\n- p95: ___ ms\n- **N+1 detected:** Yes / No\n")]
fn a_choice_is_marked_moved_and_taken_back_and_no_other_byte_changes(#[case] text: &str) {
    let marked = |option| String::from_utf8(chosen(text.as_bytes(), option)).expect("UTF-8");
    assert_eq!(marked(None), text);
    let yes = marked(Some("Yes"));
    assert_eq!(yes, text.replace("Yes / No", "**Yes** / No"));
    assert_eq!(marked(Some("Maybe")), text, "it is none of the options");
    // Read again it is the same choice, and the mark counts for nothing.
    let fields_of = |text: &str| {
        let plan = compile(text.as_bytes()).plan;
        let options = fields(&plan).into_iter().filter_map(|field| match &field.kind {
            FieldKind::Choice { options, .. } => Some((field.id.clone(), options.clone())),
            _ => None,
        });
        options.collect::<Vec<_>>()
    };
    assert_eq!(fields_of(&yes), fields_of(text));
    let no = String::from_utf8(chosen(yes.as_bytes(), Some("No"))).expect("UTF-8");
    assert_eq!(no, text.replace("Yes / No", "Yes / **No**"));
    assert_eq!(chosen(no.as_bytes(), None), text.as_bytes());
}

#[test]
fn a_choice_is_marked_in_a_document_of_utf_16_and_beside_bytes_that_are_no_text() {
    let text = "# T\n\n## Benchmark\n\n```\nGröße: ___ ms\nN+1 detected: Yes/No\n```\n";
    let utf_16 = |text: &str| {
        let units = "\u{feff}".encode_utf16().chain(text.encode_utf16());
        units.flat_map(u16::to_le_bytes).collect::<Vec<u8>>()
    };
    let expected = utf_16(&text.replace("Yes/No", "Yes/**No**"));
    assert_eq!(chosen(&utf_16(text), Some("No")), expected);
    let latin = |text: &str| text.replace('ö', "\u{1}").replace('ß', "\u{2}").into_bytes();
    let latin = |text: &str| -> Vec<u8> {
        let bytes = latin(text).into_iter();
        bytes.map(|byte| if byte < 3 { 0xf6 } else { byte }).collect()
    };
    assert_eq!(
        chosen(&latin(text), Some("Yes")),
        latin(&text.replace("Yes/No", "**Yes**/No"))
    );
}

/// The forms of a document in short: the moment, and each field with its kind and metric.
fn forms(text: &str) -> Vec<String> {
    let kind = |field: &Field| match &field.kind {
        FieldKind::Number { unit } => unit
            .as_ref()
            .map_or("number".to_owned(), |unit| unit.written.clone()),
        FieldKind::Words => "words".to_owned(),
        FieldKind::Date => "date".to_owned(),
        FieldKind::Choice { options, .. } => options.join("|"),
        FieldKind::Fixed { value } => format!("={value}"),
        FieldKind::Computed { before, .. } => format!("computed {}", before.is_some()),
    };
    let field = |field: &Field| {
        format!(
            "{} {}: {} of {}",
            field.name(),
            kind(field),
            field.aggregation,
            field.metric
        )
    };
    let form = |form: &Form| {
        let fields: Vec<String> = form.fields.iter().map(field).collect();
        format!("{:?}: {}", form.moment, fields.join("; "))
    };
    plan(text).forms.iter().map(form).collect()
}

#[test]
fn the_columns_of_a_table_are_two_forms() {
    let table = "## Performance Benchmarks\n\n| Metric | Before | After |\n|---|---|---|\n| p95 latency | ____ ms | ____ ms |\n";
    assert_eq!(
        forms(table),
        [
            "Before: p95 latency ms: p95 of latency",
            "After: p95 latency ms: p95 of latency",
        ]
    );
}

#[test]
fn a_form_of_another_document_is_read_too_and_what_is_no_form_is_none() {
    let free = "## Notes\n\n```\nThroughput: ____ req/s\nWarm: yes/no\nRegion: eu-west\n```\n";
    assert_eq!(
        forms(free),
        [
            "Unsaid: Throughput req/s: any of throughput; Warm yes|no: any of warm; Region =eu-west: any of region"
        ]
    );
    for none in [
        "## Notes\n\n```\nRegion: eu-west\n```\n",
        "## Notes\n\n```bash\nexport KEY=____\n```\n",
        "## Rollback\n\n```\nReason: ____\n```\n",
        "## Benchmark\n\nNothing to fill in: Yes / No\n",
        "## Notes\n\nDeployed by: ____\n",
    ] {
        assert_eq!(forms(none), Vec::<String>::new(), "{none}");
    }
}

#[test]
fn an_improvement_without_a_form_about_the_time_before_has_no_counterpart() {
    let after = "## Benchmark\n\n### After\n\n```\np95: ___ ms (improvement: ___%)\n```\n";
    assert_eq!(
        forms(after),
        ["After: p95 ms: p95 of p95; p95 improvement computed false: p95 of p95"]
    );
}

/// The only objective of a line below "Success Criteria", in words; empty where there is none.
fn criterion(line: &str) -> String {
    let plan = plan(&format!("## Success Criteria\n\n- [ ] {line}\n"));
    plan.objectives
        .first()
        .map(ToString::to_string)
        .unwrap_or_default()
}

#[rstest]
#[case(
    "Cache write latency: <5ms average",
    "average of cache write latency < 5 ms, from 30 samples"
)]
#[case("Cache hit rate >60%", "cache hit rate > 60 %, from 100 samples")]
#[case("API response time: <200ms p95", "p95 of latency < 200 ms, from 200 samples")]
#[case(
    "Search latency p99 at most 2 seconds",
    "p99 of latency (search) ≤ 2000 ms, from 1000 samples"
)]
#[case("N+1 queries: 0 detected", "N+1 queries = 0, from 12 samples")]
#[case("No N+1 queries", "N+1 queries = 0, from 12 samples")]
#[case("Zero production errors", "errors = 0, from 12 samples")]
#[case("No cache evictions", "cache evictions = 0, from 12 samples")]
#[case(
    "API latency improved by >60%",
    "p95 of latency better than before by > 60 %, from 200 samples"
)]
#[case(
    "Database load reduced by >50%",
    "average of database queries per request better than before by > 50 %, from 30 samples"
)]
#[case(
    "Cache hit rate increased by 20%",
    "cache hit rate better than before by ≥ 20 %, from 100 samples"
)]
#[case("Error rate reduced to < 1%", "error rate < 1 %, from 100 samples")]
#[case("Memory usage stable", "memory in use stable, from 12 samples")]
#[case("Response times consistent", "p95 of latency stable, from 12 samples")]
#[case(
    "Cache hit rate stabilised >70%",
    "cache hit rate stabilised at > 70 %, from 12 samples"
)]
#[case("Fehlerrate unter 0,5%", "error rate < 0.5 %, from 100 samples")]
#[case("Antwortzeit unter 300 ms", "p95 of latency < 300 ms, from 200 samples")]
#[case("Conversion above 3%", "conversion > 3 %, from 30 samples")]
fn a_criterion_is_a_typed_objective(#[case] line: &str, #[case] expected: &str) {
    assert_eq!(criterion(line), expected, "{line}");
}

#[rstest]
#[case("Alert when latency > 500ms")]
#[case("If error rate > 5%, roll back")]
#[case("Latency increased by 10%")]
#[case("Cache hit rate reduced by 10%")]
#[case("Response time 200ms")]
#[case("Response time about 200ms")]
#[case("Latency reduced by less than 10%")]
#[case("Memory usage is not stable")]
#[case("Errors are documented")]
#[case("Stakeholders are happy")]
#[case("Conversion improved by 5%")]
fn what_states_no_limit_is_no_objective(#[case] line: &str) {
    assert_eq!(criterion(line), "", "{line}");
}

#[rstest]
#[case("## Rollback criteria\n\n- [ ] Error rate > 5%\n")]
#[case("## Phase 1: x\n\n**Do not deploy if:**\n\n- [ ] Error rate > 5%\n")]
#[case("## Success Criteria\n\n**Alerts:**\n\n- [ ] Error rate > 5%\n")]
#[case("## Phase 1: x\n\n- [ ] Abort if one holds:\n  - [ ] Error rate > 5%\n")]
#[case("## Pre-Deployment\n\n- [ ] Error rate < 5%\n")]
#[case("## Phase 1: x\n\n- [ ] Disk usage < 80%\n")]
fn what_stands_below_a_condition_or_is_no_target_is_none(#[case] text: &str) {
    assert_eq!(plan(text).objectives, [], "{text}");
}

/// The lines that a criterion is linked to, by what they are worth.
fn linked(text: &str, weight: Weight) -> Vec<String> {
    let plan = plan(text);
    let links = plan.links.iter().filter(|link| link.weight == weight);
    let evidence = links
        .flat_map(|link| &link.evidence)
        .map(|evidence| match evidence {
            Evidence::Line(id) => id.0.clone(),
            Evidence::Field(id) => format!("field {id}"),
        });
    evidence.collect()
}

#[test]
fn a_weaker_line_measures_a_criterion_and_does_not_prove_it() {
    let text = "## After deployment (within 1 hour)\n\n- [ ] Cache hit rate >60%\n\n## Success Criteria\n\n- [ ] Cache hit rate >70%\n";
    assert_eq!(linked(text, Weight::Proves), Vec::<String>::new());
    assert_eq!(linked(text, Weight::Measures), ["cache-hit-rate-60"]);
    assert_eq!(linked(&text.replace("70", "60"), Weight::Proves).len(), 1);
}

#[test]
fn containers_that_run_are_not_proved_healthy_and_a_look_at_their_health_proves_it() {
    let text = |annotation: &str| {
        format!(
            "## After deployment (within 5 minutes)\n\n- [ ] All containers running <!-- gonogo: docker {annotation} -->\n\n\
             ## Success Criteria\n\n- [ ] All containers healthy\n"
        )
    };
    assert_eq!(linked(&text("running"), Weight::Proves), Vec::<String>::new());
    assert_eq!(
        linked(&text("running"), Weight::Supports),
        ["all-containers-running"]
    );
    assert_eq!(
        linked(&text("healthy"), Weight::Proves),
        ["all-containers-running"]
    );
    assert_eq!(linked(&text("web healthy"), Weight::Proves), Vec::<String>::new());
}

#[test]
fn an_action_a_later_line_and_other_words_prove_nothing() {
    for before in [
        "## Phase 1: x\n\n- [ ] Alerts configured: `make alerts`\n\n## Success Criteria\n\n- [ ] Alerts configured\n",
        "## Success Criteria\n\n- [ ] Alerts configured\n\n## Phase 1: x\n\n- [ ] Alerts configured\n",
        "## Phase 1: x\n\n- [ ] No alerts configured\n\n## Success Criteria\n\n- [ ] Alerts configured\n",
        "## Troubleshooting\n\n- [ ] Alerts configured\n\n## Success Criteria\n\n- [ ] Alerts configured\n",
    ] {
        assert_eq!(linked(before, Weight::Proves), Vec::<String>::new(), "{before}");
    }
    let same = "## Phase 1: x\n\n- [ ] The alerts are configured\n\n## Success Criteria\n\n- [ ] Alerts configured\n";
    assert_eq!(linked(same, Weight::Proves).len(), 1);
}

/// Words and time of what follows later.
fn later(text: &str) -> Vec<String> {
    let tasks = plan(text).follow_ups;
    let task = |task: &domain::follow_up::FollowUp| {
        let automatic = if task.automatic { " by itself" } else { "" };
        format!("{}: {}{automatic}", task.words, task.when)
    };
    tasks.iter().map(task).collect()
}

#[test]
fn a_heading_a_label_or_the_line_above_says_when() {
    let text = "## Next Steps\n\n**Week 1:**\n\n- [ ] Check metrics hourly\n- Say hello every hour\n\n### Monthly\n\n- Review indexes\n\n\
                ### Later\n\n1. Ongoing\n   - Weekly review\n   - Tidy up\n";
    assert_eq!(
        later(text),
        [
            "Check metrics hourly: week 1 by itself",
            "Say hello every hour: week 1",
            "Review indexes: every month",
            "Weekly review: every week",
            "Tidy up: at no said time",
        ]
    );
}

#[test]
fn follow_ups_without_any_time_and_lists_of_other_sections_are_none() {
    for text in [
        "## Next Steps\n\n- Rest\n- [ ] Celebrate\n",
        "## Phase 1: x\n\n- Day 1: nothing\n- Weekly review\n",
    ] {
        assert_eq!(later(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn equal_tasks_have_names_of_their_own() {
    let text = "## Next Steps\n\n1. Week 1\n   - Review\n2. Week 2\n   - Review\n   - Review\n";
    let plan = plan(text);
    let ids: Vec<&str> = plan.follow_ups.iter().map(|task| task.id.as_str()).collect();
    assert_eq!(ids, ["review", "review--week-2", "review--week-2-2"]);
    assert_eq!(plan.follow_ups[2].when, When::Weeks { from: 2, to: 2 });
}

#[test]
fn a_plan_of_an_older_compiler_still_loads() {
    let mut stored = serde_json::to_value(reference()).expect("JSON");
    let object = stored.as_object_mut().expect("an object");
    for new in ["forms", "objectives", "links", "follow_ups"] {
        assert!(object.remove(new).is_some(), "{new}");
    }
    let old: Plan = serde_json::from_value(stored.clone()).expect("a plan");
    assert!(old.forms.is_empty() && old.objectives.is_empty() && old.links.is_empty());
    assert_eq!(
        serde_json::to_value(&old).expect("JSON"),
        stored,
        "and keeps its hash"
    );
}

#[test]
fn a_plan_is_the_same_after_it_was_stored() {
    let plan = reference();
    let stored = serde_json::to_string(&plan).expect("JSON");
    assert_eq!(serde_json::from_str::<Plan>(&stored).expect("a plan"), plan);
}

/// What a line in a window of a day becomes, in a document whose other lines read counters of hits, Redis and containers.
fn sampled(line: &str) -> (Option<String>, String) {
    let text = format!(
        "## Phase 1: Deploy\n\n- [ ] Hits >60%: `curl http://localhost:8000/metrics | grep cache_hits`\n- [ ] Timed: `curl \
         http://localhost:8000/metrics | grep http_request_duration_seconds`\n- [ ] Targets: `curl http://localhost:9090/api/v1/targets | \
         jq`\n- [ ] Limit: `docker-compose exec redis redis-cli CONFIG GET maxmemory` returns `512mb`\n- [ ] Log: `docker-compose logs \
         backend | grep -i error` is empty\n\n## Long-term Validation (within 24 hours)\n\n- [ ] {line}\n"
    );
    let plan = plan(&text);
    let item = plan
        .sections
        .iter()
        .flat_map(|section| &section.items)
        .next_back()
        .expect("the line")
        .clone();
    let probe = match &item.work {
        domain::plan::Work::Probe { spec } => Some(checklist::describe::probe(spec)),
        domain::plan::Work::Attestation => None,
        other => panic!("{other:?}"),
    };
    (probe, item.why)
}

#[rstest]
#[case("Memory usage stable", "the memory that every service uses, together")]
#[case("Memory usage of `backend` stable", "")]
#[case("Backend memory usage is stable", "the memory that service backend uses")]
#[case("No memory leaks", "the memory that every service uses, together")]
#[case("Redis memory usage stable", "ask Redis at redis: used_memory of INFO")]
#[case(
    "Redis memory stabilised below 400MB",
    "used_memory of INFO: its number must be < 400 MB"
)]
#[case(
    "Cache hit rate stabilized >70%",
    "must be > 70 % of what is counted in the last 60 minutes"
)]
#[case(
    "Cache hit rate stable",
    "must be ≥ 0 % of what is counted in the last 60 minutes"
)]
#[case(
    "Response times consistent",
    "histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket[5m])))"
)]
fn a_number_that_stays_is_sampled_where_another_line_reads_it(#[case] line: &str, #[case] says: &str) {
    let (probe, why) = sampled(line);
    match (probe, says) {
        (None, "") => assert!(why.ends_with("somebody's word"), "{why}"),
        (Some(probe), says) if !says.is_empty() => {
            assert!(probe.contains(says), "{probe}");
            assert!(
                why.contains("the line through the samples changes by at most"),
                "it says what stable means: {why}"
            );
        }
        (probe, _) => panic!("{line}: {probe:?}, {why}"),
    }
}

#[rstest]
#[case("Search memory usage stable", "no line of the document reads it of search")]
#[case(
    "Cache hit rate of images stable",
    "no line of the document reads it of images"
)]
#[case("Memory usage stable: `kubectl top pods`", "its command prints no number")]
#[case("Memory stabilised below 400MB", "no source of a limit of memory is known")]
#[case("Average response time stable", "its average is in no histogram")]
#[case(
    "Cache latency stable",
    "nothing that a window could sample gives cache latency"
)]
fn what_names_another_number_stays_somebodys_word_and_says_why(#[case] line: &str, #[case] says: &str) {
    let (probe, why) = sampled(line);
    assert_eq!(probe, None, "{why}");
    assert!(
        why.contains(says) && why.contains("means that over the") && why.ends_with("somebody's word"),
        "{why}"
    );
}

#[rstest]
#[case("Memory usage is not stable")]
#[case("Stable release tagged")]
#[case("Memory usage stable <!-- gonogo: attest -->")]
fn what_claims_nothing_of_the_kind_is_sampled_by_nobody(#[case] line: &str) {
    assert_eq!(sampled(line).0, None, "{line}");
}

#[test]
fn an_annotation_says_what_is_sampled() {
    let (probe, why) = sampled("Memory usage stable <!-- gonogo: redis info used_memory<2GB -->");
    assert!(
        probe.is_some_and(|probe| probe.contains("used_memory of INFO")),
        "{why}"
    );
    let (probe, why) = sampled("Memory of the search stable <!-- gonogo: docker search memory -->");
    assert!(
        probe.is_some_and(|probe| probe.contains("the memory that service search uses")),
        "{why}"
    );
}

#[test]
fn where_nothing_reads_it_a_stable_number_is_somebodys_word() {
    let text = "## Long-term Validation (within 24 hours)\n\n- [ ] Memory usage stable\n\n## Success Criteria\n\n- [ ] Memory usage stable\n";
    let plan = plan(text);
    let whys: Vec<&str> = plan.items().map(|item| item.why.as_str()).collect();
    assert!(
        whys[0].contains("no line of the document reads containers, and no annotation says what does"),
        "{}",
        whys[0]
    );
    assert!(whys[1].contains("this line stands in none"), "{}", whys[1]);
}
