//! The four who sign, each in a browser of their own, and what they do to a run.

use super::{App, Browser, Page, Place, eventually};
use chrono::TimeDelta;
use domain::{
    Hash, Role,
    fingerprint::Moment,
    outline::{LineKind, OutlineLine, OutlineSection},
    person::Scope,
    plan::SectionKind,
    run::RunId,
    status::{Standing, Status, standing},
};
use gonogo::api::{revision::RevisionPage, run::RunPage, session::Made};
use reqwest::StatusCode;
use sqlx::PgPool;
use std::{
    ops::Deref,
    sync::atomic::{AtomicU32, Ordering},
};

/// Somebody who is signed in. Everything that a [`Browser`] does, they do.
pub struct Member {
    browser: Browser,
    /// Their password.
    pub password: String,
    /// Their role.
    pub role: Role,
}

/// The application with the four who sign.
pub struct Team {
    /// What the checklists are about.
    pub place: Place,
    /// The application.
    pub app: App,
    /// `dora`.
    pub developer: Member,
    /// `otto`, who publishes and starts.
    pub devops: Member,
    /// `quinn`.
    pub qa: Member,
    /// `piet`.
    pub owner: Member,
}

impl Team {
    /// The application on `pool` with four people.
    pub async fn new(pool: &PgPool) -> Self {
        let place = Place::new().await;
        let app = place.app(pool).await;
        Self::at(place, app).await
    }

    /// Four people at this application.
    pub async fn at(place: Place, app: App) -> Self {
        Team {
            developer: Member::new(&app, "dora", Role::Developer).await,
            devops: Member::new(&app, "otto", Role::Devops).await,
            qa: Member::new(&app, "quinn", Role::Qa).await,
            owner: Member::new(&app, "piet", Role::ProductOwner).await,
            place,
            app,
        }
    }

    /// The application stops, and the same people come to the one that `start` starts after it.
    pub async fn restarted(self, start: impl AsyncFnOnce(&Place) -> App) -> Self {
        assert!(self.app.stop().await);
        let app = start(&self.place).await;
        Team {
            developer: self.developer.at(&app),
            devops: self.devops.at(&app),
            qa: self.qa.at(&app),
            owner: self.owner.at(&app),
            place: self.place,
            app,
        }
    }

    /// All four.
    pub fn members(&self) -> [&Member; 4] {
        [&self.developer, &self.devops, &self.qa, &self.owner]
    }

    /// Imports and publishes a document; answers the revision.
    pub async fn published(&self, document: &str) -> i64 {
        let id = self.devops.import("test.md", document.as_bytes()).await.number();
        let page: RevisionPage = self.devops.revision(id).await;
        if page.line.published.is_none() {
            self.devops.publish(id, &page.line.plan_hash).await.answer::<()>();
        }
        id
    }

    /// A run of the document in `shop`, started by devops.
    pub async fn run(&self, document: &str) -> RunId {
        let revision = self.published(document).await;
        RunId(self.devops.start(revision, "shop", "v1").await.number())
    }

    /// A run in which everything is settled that can be, its windows included, with nobody's signature.
    pub async fn settled(&self, document: &str) -> RunId {
        let run = self.run(document).await;
        self.settle_all(run).await;
        run
    }

    /// Settles everything that can be, windows included.
    pub async fn settle_all(&self, run: RunId) {
        self.devops.verify(run, "").await;
        self.attest(run, |section| !matches!(section.kind, SectionKind::Window { .. }))
            .await;
        self.devops.begin(run, "").await.answer::<()>();
        self.app.advance(TimeDelta::minutes(6));
        self.attest(run, |_| true).await;
        let page = self.devops.verify(run, "").await;
        let open: Vec<_> = domain::decision::blockers(&page.outline, &page.run, page.now)
            .into_iter()
            .map(|blocker| (blocker.line.text.clone(), blocker.status, blocker.reason))
            .collect();
        assert!(open.is_empty(), "{open:?}");
        // What follows T0 by itself has followed: nothing is added to the log behind a test's back.
        eventually("how things are at T0", async || {
            let run = self.qa.page(run).await.run;
            run.fingerprints.contains_key(&Moment::After).then_some(())
        })
        .await;
    }

    /// Gives QA's word for everything in the phases that no probe settles.
    pub async fn attest_phases(&self, run: RunId) {
        self.attest(run, |section| matches!(section.kind, SectionKind::Phase { .. }))
            .await;
    }

    /// Gives QA's word for what no probe settles in the sections that are `wanted`.
    async fn attest(&self, run: RunId, wanted: impl Fn(&OutlineSection) -> bool) {
        let page = self.qa.page(run).await;
        for (section, line) in page.outline.lines() {
            let settled = page
                .run
                .items
                .get(&line.id)
                .is_some_and(|item| item.settlement.is_some());
            if line.kind == LineKind::Attestation && !settled && wanted(section) {
                self.qa.attest(run, &line.id.0, "seen").await.answer::<()>();
            }
        }
    }
}

impl Member {
    /// Adds somebody and signs them in.
    pub async fn new(app: &App, name: &str, role: Role) -> Self {
        let password = app.add_person(name, &[role]).await;
        let browser = app.browser();
        let page = browser.sign_in(name, &password).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
        Member {
            browser,
            password,
            role,
        }
    }

    /// The same person with the same cookie at another server, as after a restart.
    pub fn at(self, app: &App) -> Self {
        let browser = app.browser();
        browser.set_cookie(self.browser.cookie());
        Member { browser, ..self }
    }

    /// Makes a token, as an admin: its text.
    pub async fn token(&self, name: &str, scopes: &[Scope], environment: &str) -> String {
        let mut fields = vec![("name", name), ("environment", environment), ("days", "30")];
        fields.push(("password", &self.password));
        fields.extend(scopes.iter().map(|scope| ("scopes[]", scope.key())));
        match self.call("/api/api_token/make", &fields).await.answer() {
            Made::Token(token) => token,
            Made::Invitation(_) => panic!("a link instead of a token"),
        }
    }

    /// Makes a one-time link, as an admin: its path and query.
    pub async fn link(&self, title: &str, roles: &[Role]) -> String {
        let mut fields = vec![("title", title), ("password", self.password.as_str())];
        fields.extend(roles.iter().map(|role| ("roles[]", role.key())));
        match self.call("/api/invitation/make", &fields).await.answer() {
            Made::Invitation(link) => link.strip_prefix(self.url()).unwrap().to_owned(),
            Made::Token(_) => panic!("a token instead of a link"),
        }
    }

    /// Imports a file.
    pub async fn import(&self, name: &str, bytes: &[u8]) -> Page {
        self.call_with_file("/api/revision/import", &[], Some((name, bytes)))
            .await
    }

    /// A revision's page.
    pub async fn revision(&self, id: i64) -> RevisionPage {
        let id = id.to_string();
        self.call("/api/revision/page", &[("id", &id)]).await.answer()
    }

    /// Publishes.
    pub async fn publish(&self, id: i64, plan: &Hash) -> Page {
        let id = id.to_string();
        self.call("/api/revision/publish", &[("id", &id), ("plan", plan.as_str())])
            .await
    }

    /// Starts a run with a number of its own.
    pub async fn start(&self, revision: i64, environment: &str, release: &str) -> Page {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let key = uuid::Uuid::from_u128(u128::from(NEXT.fetch_add(1, Ordering::Relaxed))).to_string();
        self.start_once(revision, environment, release, &key).await
    }

    /// Starts a run with this number of the form.
    pub async fn start_once(&self, revision: i64, environment: &str, release: &str, key: &str) -> Page {
        let revision = revision.to_string();
        let fields = [
            ("revision", revision.as_str()),
            ("environment", environment),
            ("release", release),
            ("request_key", key),
        ];
        self.call("/api/run/start", &fields).await
    }

    /// A run's page.
    pub async fn page(&self, run: RunId) -> RunPage {
        let id = run.0.to_string();
        self.call("/api/run/page", &[("id", &id)]).await.answer()
    }

    /// Verifies an item, or everything where it is empty, and waits until nothing is under way.
    pub async fn verify(&self, run: RunId, item: &str) -> RunPage {
        self.verify_now(run, item).await.answer::<()>();
        eventually("the end of a verification", async || {
            let page = self.page(run).await;
            let idle = page.run.items.values().all(|item| item.running.is_none());
            idle.then_some(page)
        })
        .await
    }

    /// Verifies an item, or everything where it is empty: the bare answer.
    pub async fn verify_now(&self, run: RunId, item: &str) -> Page {
        let id = run.0.to_string();
        self.call("/api/run/verify", &[("run", &id), ("item", item)])
            .await
    }

    /// Begins the execution.
    pub async fn begin(&self, run: RunId, take_over: &str) -> Page {
        let id = run.0.to_string();
        self.call("/api/run/begin", &[("run", &id), ("take_over", take_over)])
            .await
    }

    /// Gives their word.
    pub async fn attest(&self, run: RunId, item: &str, note: &str) -> Page {
        self.attest_with(run, item, &[("note", note)], None).await
    }

    /// Gives their word and shows something.
    pub async fn attest_with(
        &self,
        run: RunId,
        item: &str,
        more: &[(&str, &str)],
        file: Option<(&str, &[u8])>,
    ) -> Page {
        let id = run.0.to_string();
        let mut fields = vec![("run", id.as_str()), ("item", item)];
        fields.extend_from_slice(more);
        self.call_with_file("/api/run/attest", &fields, file).await
    }

    /// Overrides, waives (for one day), skips or reopens.
    pub async fn settle(&self, run: RunId, item: &str, deed: &str, reason: &str) -> Page {
        let id = run.0.to_string();
        let fields = [
            ("run", id.as_str()),
            ("item", item),
            ("deed", deed),
            ("reason", reason),
            ("days", "1"),
        ];
        self.call("/api/run/settle", &fields).await
    }

    /// Closes by the signatures, or gives up.
    pub async fn close(&self, run: RunId, abandon: bool, reason: &str) -> Page {
        let id = run.0.to_string();
        let abandon = abandon.to_string();
        let fields = [("run", id.as_str()), ("abandon", &abandon), ("reason", reason)];
        self.call("/api/run/close", &fields).await
    }

    /// Signs the slot of their role on the record as it stands, with their password.
    pub async fn sign(&self, run: RunId, meaning: &str, comment: &str) -> Page {
        let record = self.page(run).await.run.record;
        self.sign_record(run, self.role.key(), meaning, comment, &record, &self.password)
            .await
    }

    /// Takes a signature back.
    pub async fn withdraw(&self, run: RunId, role: &str, reason: &str) -> Page {
        let id = run.0.to_string();
        let fields = [("run", id.as_str()), ("role", role), ("reason", reason)];
        self.call("/api/sign_off/withdraw", &fields).await
    }

    /// Signs with everything said.
    pub async fn sign_record(
        &self,
        run: RunId,
        role: &str,
        meaning: &str,
        comment: &str,
        record: &Hash,
        password: &str,
    ) -> Page {
        let id = run.0.to_string();
        let fields = [
            ("run", id.as_str()),
            ("role", role),
            ("meaning", meaning),
            ("comment", comment),
            ("record", record.as_str()),
            ("password", password),
        ];
        self.call("/api/sign_off/sign", &fields).await
    }
}

impl Deref for Member {
    type Target = Browser;

    fn deref(&self) -> &Browser {
        &self.browser
    }
}

/// Finding one's way on a run's page by what a line says.
pub trait Look {
    /// The line that contains this text.
    fn line(&self, text: &str) -> &OutlineLine;
    /// Its name.
    fn id(&self, text: &str) -> String;
    /// How it stands, and why.
    fn standing(&self, text: &str) -> Standing;
    /// How it stands.
    fn status(&self, text: &str) -> Status;
    /// How many attempts it has.
    fn attempts(&self, text: &str) -> u32;
}

impl Look for RunPage {
    #[track_caller]
    fn line(&self, text: &str) -> &OutlineLine {
        let mut found = self.outline.lines().filter(|(_, line)| line.text.contains(text));
        let (_, line) = found.next().unwrap_or_else(|| panic!("no line says {text:?}"));
        assert!(found.next().is_none(), "two lines say {text:?}");
        line
    }

    #[track_caller]
    fn id(&self, text: &str) -> String {
        self.line(text).id.0.clone()
    }

    #[track_caller]
    fn standing(&self, text: &str) -> Standing {
        let (section, line) = self.outline.line(&self.line(text).id).unwrap();
        standing(section, line, &self.run, self.now)
    }

    #[track_caller]
    fn status(&self, text: &str) -> Status {
        self.standing(text).status
    }

    #[track_caller]
    fn attempts(&self, text: &str) -> u32 {
        self.run
            .items
            .get(&self.line(text).id)
            .map_or(0, |item| item.attempts)
    }
}
