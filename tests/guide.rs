//! Guides beside a line that fails: what matches in truth, where its steps run, what people say of it, and what is left to do.

use crate::support::{Look, Member, Page, Team};
use chrono::TimeDelta;
use domain::{event::Happening, guide::GuideEntry, run::RunId};
use gonogo::api::guide::{Guidance, GuideMatch};
use sqlx::PgPool;

const DOCUMENT: &str = "# Shop\n\n## Phase 1: Move (5 minutes)\n\n\
    - [ ] The service answers: `curl http://localhost:8000/health` returns 200\n\
    - [ ] Make the folder: `mkdir -p cache`\n- [ ] Settings file exists: `settings.conf`\n\n\
    ## Troubleshooting\n\n### Issue: The service is away\n\n**Symptoms:**\n\
    - `curl http://localhost:8000/health` returns 503\n- Cache hit rate <60%\n\n**Solutions:**\n\
    1. Make its folder: `mkdir -p cache`\n2. See who listens: `lsof -i :8000`\n\n\
    ### Issue: The service is overloaded\n\n**Symptoms:**\n- It answers \"503\"\n\n**Solutions:**\n1. Wait\n\n\
    ### Issue: The disk is full\n\n**Symptoms:**\n- It says \"no space left\"\n\n**Solutions:**\n1. Make room\n\n\
    ## Sign-off\n\n| Role | Name |\n|---|---|\n| DevOps | |\n| QA | |\n";

impl Member {
    async fn guidance(&self, run: RunId, item: Option<&str>) -> Guidance {
        let run = run.0.to_string();
        let mut fields = vec![("run", run.as_str())];
        fields.extend(item.map(|item| ("item", item)));
        self.call("/api/guide/matches", &fields).await.answer()
    }

    async fn says(&self, run: RunId, found: &GuideMatch, help: &str, note: &str) -> Page {
        let run = run.0.to_string();
        let fields = [
            ("run", run.as_str()),
            ("item", &found.line.0),
            ("guide", &found.section.0),
            ("help", help),
            ("note", note),
        ];
        self.call("/api/guide/tell", &fields).await
    }

    async fn escalates(&self, run: RunId, item: &str) -> Page {
        let run = run.0.to_string();
        let fields = [("run", run.as_str()), ("item", item)];
        self.call("/api/guide/escalate", &fields).await
    }
}

fn titles(guidance: &Guidance) -> Vec<&str> {
    let matches = guidance.matches.iter();
    matches.map(|found| found.section.0.as_str()).collect()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_guide_stands_beside_the_line_that_fails_with_what_matches_and_where_its_steps_run(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.run(DOCUMENT).await;
    let page = team.qa.verify(run, "").await;
    let item = page.id("The service answers");
    assert_eq!(
        team.qa.guidance(run, Some(&item)).await,
        Guidance::default(),
        "it passes"
    );

    team.place.health(503).await;
    team.qa.verify(run, &item).await;
    let guidance = team.qa.guidance(run, Some(&item)).await;
    assert_eq!(
        titles(&guidance),
        ["the-service-is-away", "the-service-is-overloaded"]
    );
    assert!(guidance.escalation.is_none() && guidance.draft.is_none());
    let [first, ..] = guidance.matches.as_slice() else {
        panic!("no guide")
    };
    let symptoms = first.symptoms.iter();
    let symptoms: Vec<_> = symptoms
        .map(|symptom| (symptom.matches, symptom.how.contains("503")))
        .collect();
    assert_eq!(symptoms, [(true, true), (false, false)], "{first:?}");
    let folder = format!("?item={}", page.id("Make the folder"));
    assert_eq!(
        first
            .steps
            .iter()
            .map(|step| step.runs.as_deref())
            .collect::<Vec<_>>(),
        [Some(folder.as_str()), None],
        "what is published runs where it stands, and nothing else runs"
    );
    let path = format!("/runs/{}", run.0);
    let open = team.qa.get(&format!("{path}?item={item}")).await.text;
    for shown in [
        "matches now",
        "does not match",
        "nobody published this command",
        "Verify this line again",
        "This solved it",
    ] {
        assert!(open.contains(shown), "{shown}");
    }
    let tab = team.qa.get(&format!("{path}?tab=guides")).await.text;
    assert!(tab.contains("Matches now") && tab.contains(&format!("{path}?item={item}")));
    assert!(
        tab.contains("None of its symptoms was seen"),
        "the disk is not full"
    );

    team.place.health(404).await;
    team.qa.verify(run, &item).await;
    let guidance = team.qa.guidance(run, Some(&item)).await;
    assert_eq!(titles(&guidance), [""; 0], "no guide is about this");
    let open = team.qa.get(&format!("{path}?item={item}")).await.text;
    assert!(open.contains("No guide of this checklist has a symptom that was seen here."));
    assert!(open.contains("All guides"));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_people_say_of_a_guide_is_kept_ranks_it_and_opens_what_is_left_to_do(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.run(DOCUMENT).await;
    team.place.health(503).await;
    let page = team.qa.verify(run, "").await;
    let item = page.id("The service answers");
    let guidance = team.qa.guidance(run, Some(&item)).await;
    let [away, overloaded] = guidance.matches.as_slice() else {
        panic!("two guides")
    };
    team.app.advance(TimeDelta::seconds(1));
    let said = team.qa.says(run, away, "no_help", "the folder was there").await;
    said.answer::<()>();
    let guidance = team.qa.guidance(run, Some(&item)).await;
    assert_eq!(
        titles(&guidance),
        ["the-service-is-overloaded", "the-service-is-away"],
        "what did not help comes last"
    );
    assert!(guidance.escalation.is_none(), "another may help");
    team.qa.says(run, overloaded, "no_help", "").await.answer::<()>();
    let text = team.qa.guidance(run, Some(&item)).await.escalation.unwrap();
    let evidence = &team.qa.page(run).await.run.items[&away.line]
        .latest
        .clone()
        .unwrap();
    for part in [
        "The service answers",
        "fail: ",
        "503",
        "the folder was there",
        evidence.evidence.as_str(),
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    team.devops.escalates(run, &item).await.answer::<()>();
    let (status, words) = team.qa.escalates(run, &item).await.refusal();
    assert!(status == 409 && words.contains("already"), "{words}");

    team.place.health(200).await;
    team.qa.verify(run, &item).await;
    let guidance = team.qa.guidance(run, Some(&item)).await;
    assert!(!guidance.matches[0].now && guidance.escalation.is_none());
    let draft = guidance.draft.unwrap();
    assert!(draft.starts_with("### Issue: The service answers"), "{draft}");
    assert!(draft.contains("1. the folder was there"), "{draft}");
    team.app.advance(TimeDelta::seconds(1));
    team.developer
        .says(run, overloaded, "solved", "it was the load")
        .await
        .answer::<()>();
    let guidance = team.qa.guidance(run, Some(&item)).await;
    assert!(guidance.draft.is_none(), "a guide solved it");
    let (status, _) = team.devops.escalates(run, &item).await.refusal();
    assert_eq!(status, 409, "it passes");

    let tried = team.qa.page(run).await.run.guides.tried;
    let told: Vec<_> = tried
        .iter()
        .map(|one| (one.by.name(), one.note.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("quinn", "the folder was there"),
            ("quinn", ""),
            ("dora", "it was the load")
        ]
    );
    let id = run.0.to_string();
    let events: Vec<domain::event::Event> = team
        .qa
        .call("/api/evidence/log", &[("run", &id), ("after", "0")])
        .await
        .answer();
    let escalated = |event: &&domain::event::Event| matches!(&event.what, Happening::Guide(GuideEntry::Escalated { reason, .. }) if reason.starts_with("fail: "));
    assert_eq!(events.iter().filter(escalated).count(), 1);

    team.place.health(503).await;
    let next = team.run(DOCUMENT).await;
    team.qa.verify(next, &item).await;
    let guidance = team.qa.guidance(next, None).await;
    let ranked: Vec<_> = guidance
        .matches
        .iter()
        .map(|found| (found.section.0.as_str(), found.solved, found.not))
        .collect();
    assert_eq!(
        ranked,
        [("the-service-is-overloaded", 1, 1), ("the-service-is-away", 0, 1)],
        "what solved it once comes first among those that match equally"
    );
    let (status, _) = team
        .qa
        .says(next, &guidance.matches[0], "solved", &"x".repeat(4001))
        .await
        .refusal();
    assert_eq!(status, 422, "the note is too long");
    let (status, _) = team.qa.escalates(next, "nothing").await.refusal();
    assert_eq!(status, 404);
}
