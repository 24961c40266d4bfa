//! What follows a deployment: tasks with days that count from T0, and a review where it was rolled back.

use crate::support::{Member, Page, Team};
use chrono::TimeDelta;
use domain::{Role, follow_up::EndedHow, run::RunId};
use gonogo::api::follow_up::FollowUpRow;
use sqlx::PgPool;

const DOCUMENT: &str = "# Shop\n\n## Phase 1: Move (5 minutes)\n\n- [ ] It is moved\n\n## Next Steps After Deployment\n\n\
                        1. **Day 1-7**: Monitor closely\n   - Review error logs\n\n2. **Ongoing**: Maintain\n   - Weekly performance \
                        reviews\n\n## Sign-off\n\n| Role | Name |\n|---|---|\n| DevOps | |\n| QA | |\n";

impl Member {
    async fn next_steps(&self, run: RunId) -> Vec<FollowUpRow> {
        let run = run.0.to_string();
        self.call("/api/follow_up/list", &[("run", &run)]).await.answer()
    }

    async fn ends(&self, run: RunId, row: &FollowUpRow, how: &str, note: &str) -> Page {
        let (run, time) = (run.0.to_string(), row.time.unwrap().to_string());
        let fields = [
            ("run", run.as_str()),
            ("follow_up", &row.follow_up.id),
            ("time", &time),
            ("how", how),
            ("note", note),
        ];
        self.call("/api/follow_up/end", &fields).await
    }
}

fn row<'a>(rows: &'a [FollowUpRow], words: &str) -> &'a FollowUpRow {
    rows.iter()
        .find(|row| row.follow_up.words.contains(words))
        .unwrap()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_step_has_its_days_from_t0_is_overdue_after_them_and_comes_again_where_it_recurs(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.run(DOCUMENT).await;
    assert_eq!(team.qa.next_steps(run).await, [], "no dates before T0");
    team.devops.begin(run, "").await.answer::<()>();
    team.attest_phases(run).await;
    let rows = team.qa.next_steps(run).await;
    let logs = row(&rows, "Review error logs");
    let span = logs.span.unwrap();
    assert_eq!((span.to - span.from).num_days(), 6);
    assert!(!logs.overdue && logs.owner.is_none());

    let id = run.0.to_string();
    let fields = [("run", id.as_str()), ("follow_up", &logs.follow_up.id)];
    team.devops
        .call("/api/follow_up/take", &fields)
        .await
        .answer::<()>();
    team.app.advance(TimeDelta::days(8));
    // The sessions of a week ago are over.
    let vera = Member::new(&team.app, "vera", Role::Qa).await;
    let rows = vera.next_steps(run).await;
    let logs = row(&rows, "Review error logs");
    assert!(logs.overdue && logs.owner.as_deref() == Some("otto"), "{logs:?}");
    let (status, _) = vera.ends(run, logs, "done", "").await.refusal();
    assert_eq!(status, 422, "it needs a note");
    vera.ends(run, logs, "done", "nothing new").await.answer::<()>();
    let (status, _) = vera.ends(run, logs, "skipped", "twice").await.refusal();
    assert_eq!(status, 409);
    let rows = vera.next_steps(run).await;
    let logs = row(&rows, "Review error logs");
    assert!(
        !logs.overdue
            && logs
                .ended
                .as_ref()
                .is_some_and(|ended| ended.how == EndedHow::Done)
    );

    let weekly = row(&rows, "Weekly performance");
    let second = weekly.time.unwrap();
    assert_eq!(second, 2, "the second week");
    vera.ends(run, weekly, "skipped", "no traffic")
        .await
        .answer::<()>();
    assert_eq!(
        row(&vera.next_steps(run).await, "Weekly performance").time,
        Some(3)
    );
}
