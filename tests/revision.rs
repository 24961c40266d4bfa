//! Importing a document, and publishing its plan.

use crate::support::{App, Look, Team};
use domain::{Role, outline::LineKind};
use gonogo::{
    api::revision::{RevisionLine, RevisionPage},
    server::library,
};
use reqwest::StatusCode;
use sha2::{Digest, Sha256};
use sqlx::PgPool;
use std::path::Path;

const REFERENCE: &[u8] = include_bytes!("../checklists/performance-optimization.md");

async fn count(pool: &PgPool, table: &'static str) -> i64 {
    let query = match table {
        "run" => "select count(*) from run",
        "event" => "select count(*) from event",
        "evidence" => "select count(*) from evidence",
        "revision" => "select count(*) from revision",
        "checklist" => "select count(*) from checklist",
        other => panic!("{other}"),
    };
    sqlx::query_scalar(query).fetch_one(pool).await.unwrap()
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn importing_executes_nothing_and_keeps_the_bytes(pool: PgPool) {
    let team = Team::new(&pool).await;
    let trap = team.place.file("trap");
    let document = format!(
        "\u{feff}# Trap\r\n\r\n## Phase 1: Go\r\n\r\n- [ ] Run: `touch {0}`\r\n- [ ] `curl http://localhost:8000/health` returns 200\r\n\
         - [ ] Shell: `ls $(touch {0})`\r\n\r\n**Verification Commands:**\r\n```bash\r\ntouch {0}\r\ntest -s {0}\r\n```\r\n\u{202e}end  ",
        trap.display()
    );
    let page = team.developer.import("trap.md", document.as_bytes()).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let id = page.number();
    let stored = library::document(team.app.state(), id).await.unwrap();
    assert_eq!(stored.bytes, document.as_bytes());
    assert_eq!(stored.revision.hash.as_str(), sha256(document.as_bytes()));
    let shown = team.developer.revision(id).await;
    assert!(shown.line.published.is_none());
    assert_eq!(
        (shown.line.file_name.as_str(), shown.line.imported_by.as_deref()),
        ("trap.md", Some("dora"))
    );
    assert!(!trap.exists(), "a command ran");
    assert_eq!(
        team.place.backend.received_requests().await.unwrap().len(),
        0,
        "an address was dialled"
    );
    for table in ["run", "event", "evidence"] {
        assert_eq!(count(&pool, table).await, 0, "{table}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_same_bytes_are_one_revision_whoever_imports_them_and_when(pool: PgPool) {
    let team = Team::new(&pool).await;
    let bytes = b"# One\n\n- [ ] it\n";
    let first = team.developer.import("a.md", bytes).await.number();
    let at_once = futures::future::join_all(
        [&team.devops, &team.qa, &team.developer, &team.devops].map(|member| member.import("b.md", bytes)),
    );
    for page in at_once.await {
        assert_eq!(page.number(), first);
    }
    let other = team.qa.import("a.md", b"# One\n\n- [ ] it!\n").await.number();
    assert_ne!(other, first);
    assert_eq!(
        (count(&pool, "revision").await, count(&pool, "checklist").await),
        (2, 1)
    );
    let line = team.qa.revision(first).await.line;
    assert_eq!(line.file_name, "a.md", "the first one's name stays");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn four_new_documents_imported_at_once_are_four_revisions_of_one_checklist(pool: PgPool) {
    let team = Team::new(&pool).await;
    let imports = (0..4).map(|number| {
        let document = format!("# One\n\n- [ ] number {number}\n");
        let qa = &team.qa;
        async move { qa.import("n.md", document.as_bytes()).await.number() }
    });
    let mut ids = futures::future::join_all(imports).await;
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((ids.len(), count(&pool, "checklist").await), (4, 1));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn pasted_text_is_kept_as_it_was_before_the_browser_sent_it(pool: PgPool) {
    let team = Team::new(&pool).await;
    let pasted = "# Pasted\r\n\r\n- [ ] one\r\n- [ ] two & <b>three</b>\r\n";
    let page = team
        .qa
        .call_with_file("/api/revision/import", &[("text", pasted)], Some(("", b"")))
        .await;
    let stored = library::document(team.app.state(), page.number()).await.unwrap();
    assert_eq!(
        String::from_utf8(stored.bytes).unwrap(),
        pasted.replace("\r\n", "\n")
    );
    assert_eq!(stored.revision.file_name, "pasted.md");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn whatever_bytes_a_document_has_it_imports_and_comes_back(pool: PgPool) {
    let team = Team::new(&pool).await;
    let long_title = format!("# {}\n\n- [ ] x\n", "\u{10ffff}t ".repeat(4000));
    let documents: [(&str, &[u8]); 9] = [
        ("zero bytes", b"# a\0b\n\n- [ ] x\0y `echo \0`\n"),
        ("not UTF-8", b"# \xff\xfe\n\n- [ ] x \xc3\x28\n"),
        ("an empty heading", b"# \n\n- [ ] x\n"),
        ("a heading of spaces", b"#  \t \n\n- [ ] x\n"),
        ("a long title", long_title.as_bytes()),
        (
            "control characters",
            b"# \x1b[31mred\x07\n\n- [ ] \x1b]0;title\x07 x\n",
        ),
        ("no boxes", b"just words"),
        ("a path as its name", b"# Path\n\n- [ ] x\n"),
        (
            "deep nesting",
            &[b"- [ ] a\n".as_slice(), &b"> ".repeat(3000), b"- [ ] b\n"].concat(),
        ),
    ];
    for (what, bytes) in documents {
        let name = if what.starts_with("a path") {
            "../../etc\\passwd.md"
        } else {
            "x.md"
        };
        let page = team.qa.import(name, bytes).await;
        assert_eq!(page.status, StatusCode::OK, "{what}: {}", page.text);
        let id = page.number();
        let stored = library::document(team.app.state(), id).await.unwrap();
        assert_eq!(stored.bytes, bytes, "{what}");
        assert!(
            !stored.revision.file_name.contains(['/', '\\']),
            "{}",
            stored.revision.file_name
        );
        let shown = team.qa.revision(id).await;
        assert!(!shown.line.title.trim().is_empty(), "{what} has no title");
        let drawn = team.qa.get(&format!("/checklists/{id}")).await;
        assert_eq!(drawn.status, StatusCode::OK, "{what}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_empty_and_an_enormous_document_are_refused_in_words(pool: PgPool) {
    let team = Team::new(&pool).await;
    for (bytes, words) in [
        (vec![], "The document is empty"),
        (b" \r\n\t ".to_vec(), "The document is empty"),
        (vec![b'a'; (10 << 20) + 1], "larger than 10 MB"),
    ] {
        let (status, message) = team.qa.import("x.md", &bytes).await.refusal();
        assert_eq!(status, 422);
        assert!(message.contains(words), "{message}");
    }
    assert_eq!(count(&pool, "revision").await, 0);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_plan_that_nobody_published_starts_no_run(pool: PgPool) {
    let team = Team::new(&pool).await;
    let id = team.devops.import("x.md", b"# X\n\n- [ ] it\n").await.number();
    let (status, words) = team.devops.start(id, "shop", "v1").await.refusal();
    assert_eq!(status, 422);
    assert!(words.contains("not published yet"), "{words}");
    assert_eq!(count(&pool, "run").await, 0);
    let plan = team.devops.revision(id).await.line.plan_hash;
    team.devops.publish(id, &plan).await.answer::<()>();
    team.devops.start(id, "shop", "v1").await.number();
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn publishing_needs_the_right_and_the_hash_of_the_plan_that_was_read(pool: PgPool) {
    let team = Team::new(&pool).await;
    let id = team.developer.import("x.md", b"# X\n\n- [ ] it\n").await.number();
    let line = team.devops.revision(id).await.line;
    for member in [&team.developer, &team.qa, &team.owner] {
        let (status, words) = member.publish(id, &line.plan_hash).await.refusal();
        assert_eq!(
            (status, words.as_str()),
            (
                403,
                "You may not publish a plan: none of your roles gives that right here."
            )
        );
    }
    let (status, words) = team.devops.publish(id, &line.hash).await.refusal();
    assert_eq!(status, 409);
    assert!(words.contains("another than the one that you read"), "{words}");
    let id_text = id.to_string();
    let fields = [("id", id_text.as_str()), ("plan", "no hash")];
    assert_eq!(
        team.devops
            .call("/api/revision/publish", &fields)
            .await
            .refusal()
            .0,
        422
    );
    assert!(team.devops.revision(id).await.line.published.is_none());

    team.devops.publish(id, &line.plan_hash).await.answer::<()>();
    let published = team.qa.revision(id).await.line.published;
    assert_eq!(published, Some((crate::support::noon(), Some("otto".to_owned()))));
    team.app.advance(chrono::TimeDelta::hours(1));
    assert_eq!(
        team.devops.publish(id, &line.plan_hash).await.refusal().0,
        409,
        "published once"
    );
    assert_eq!(team.qa.revision(id).await.line.published, published);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_reference_checklist_has_96_items_over_http_and_its_hashes_can_be_recomputed(pool: PgPool) {
    let team = Team::new(&pool).await;
    let id = team
        .qa
        .import("performance-optimization.md", REFERENCE)
        .await
        .number();
    let page = team.qa.revision(id).await;
    let boxes: Vec<_> = page.outline.lines().filter(|(_, line)| line.is_box).collect();
    assert_eq!(boxes.len(), 96);
    let nested = boxes.iter().filter(|(_, line)| line.parent.is_some()).count();
    let parents = boxes
        .iter()
        .filter(|(_, line)| line.kind == LineKind::Parent)
        .count();
    let optional = boxes.iter().filter(|(_, line)| line.optional).count();
    assert_eq!((nested, parents, optional), (14, 3, 3));
    let titles: Vec<_> = page.outline.slots.iter().map(|slot| slot.role.as_str()).collect();
    assert_eq!(titles, ["developer", "devops", "qa", "product_owner"]);
    let minutes: u32 = page
        .outline
        .sections
        .iter()
        .filter_map(|section| section.planned_minutes())
        .sum();
    assert_eq!(minutes, 70);

    let stored = library::document(team.app.state(), id).await.unwrap();
    assert_eq!(stored.bytes, REFERENCE);
    assert_eq!(page.line.hash.as_str(), sha256(REFERENCE));
    let canonical = serde_json_canonicalizer::to_string(&stored.plan).unwrap();
    assert_eq!(
        page.line.plan_hash.as_str(),
        sha256(canonical.as_bytes()),
        "the plan changed on its way through the database"
    );
    for table in ["run", "event", "evidence"] {
        assert_eq!(count(&pool, table).await, 0, "{table}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_gonogo_ships_is_loaded_and_published_once(pool: PgPool) {
    let app = App::start(&pool).await;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("checklists");
    for _ in 0..2 {
        library::load_shipped(app.state(), &folder).await.unwrap();
    }
    let somebody = app.signed_in("ada", &[Role::Viewer]).await;
    let lines: Vec<RevisionLine> = somebody.call("/api/revision/list", &[]).await.answer();
    let mut names: Vec<_> = lines.iter().map(|line| line.file_name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["go-live.md", "performance-optimization.md"]);
    for line in &lines {
        assert_eq!(
            (&line.imported_by, &line.published),
            (&None, &Some((crate::support::noon(), None)))
        );
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_box_that_is_ticked_in_the_document_is_claimed_and_settles_nothing(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.run("# X\n\n- [x] ticked\n- [ ] open\n").await;
    let page = team.qa.page(run).await;
    assert!(page.line("ticked").claimed && !page.line("open").claimed);
    assert_eq!(page.status("ticked"), domain::status::Status::Open);
}

const BEFORE: &str = "# Shop\n\n## Phase 1: Ship (5 minutes)\n\n- [ ] Folder made: `mkdir -p var`\n- [ ] Health is fine: `curl http://localhost:8000/health`\n- [ ] The team knows\n\n## Phase 2: Look (5 minutes)\n\n- [ ] Read aloud\n";
const AFTER: &str = "# Shop\n\n## Phase 1: Ship (5 minutes)\n\n- [ ] The health page is fine: `curl http://localhost:8000/health`\n- [ ] Folder made: `mkdir -p var/lib`\n- [ ] Read aloud\n\n## Phase 2: Look (5 minutes)\n\n- [ ] Nobody is paged\n";

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_revision_says_what_it_changes_and_lines_keep_their_names(pool: PgPool) {
    let team = Team::new(&pool).await;
    let first = team.devops.import("shop.md", BEFORE.as_bytes()).await.number();
    let second = team.devops.import("shop.md", AFTER.as_bytes()).await.number();
    let (first, page): (RevisionPage, RevisionPage) = (
        team.devops.revision(first).await,
        team.devops.revision(second).await,
    );
    assert_eq!(first.changes, None, "nothing came before it");
    let changes = page.changes.clone().unwrap();
    assert_eq!(changes.revision, first.line.id);
    let said: Vec<String> = changes
        .lines
        .iter()
        .map(|line| {
            let text = line.after.as_ref().or(line.before.as_ref()).unwrap();
            format!("{}: {text}", line.what.join(" and "))
        })
        .collect();
    assert_eq!(
        said,
        [
            "reworded: The health page is fine: `curl http://localhost:8000/health`",
            "reworded and changed: Folder made: `mkdir -p var/lib`",
            "moved: Read aloud",
            "added: Nobody is paged",
            "removed: The team knows",
        ]
    );
    let id = |page: &RevisionPage, text: &str| {
        let line = page.outline.lines().find(|(_, line)| line.text.contains(text));
        line.map(|(_, line)| line.id.clone()).unwrap()
    };
    for (was, is) in [
        ("Health is fine", "The health page is fine"),
        ("mkdir -p var", "mkdir -p var/lib"),
        ("Read aloud", "Read aloud"),
    ] {
        assert_eq!(id(&first, was), id(&page, is));
    }
    let new: Vec<&str> = page
        .commands
        .iter()
        .filter(|command| command.is_new)
        .map(|command| command.text.as_str())
        .collect();
    assert_eq!(new, ["mkdir -p var/lib"]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_changes_beside_the_words_is_said_too(pool: PgPool) {
    let team = Team::new(&pool).await;
    let was = "# Shop\n\n## Phase 1: Ship (5 minutes)\n\n- [ ] Shipped: `./ship.sh` <!-- gonogo: role qa -->\n\nBy: ____\n";
    let is = "# Shop\n\n## Phase 1: Ship (50 minutes)\n\n- [ ] Shipped: `./ship.sh` <!-- gonogo: role devops; timeout 9m -->\n\nVersion: ____\n";
    team.devops.import("shop.md", was.as_bytes()).await.number();
    let id = team.devops.import("shop.md", is.as_bytes()).await.number();
    let changes = team.devops.revision(id).await.changes.unwrap();
    assert_eq!(
        changes.lines[0].meaning,
        ["It is for the role devops now.", "It may take 540 seconds now."]
    );
    let beside = changes.beside.join(" ");
    for part in [
        "New blanks: version.",
        "Blanks that are gone: by.",
        "“Ship” was a phase 1 of 5 min and is a phase 1 of 50 min.",
    ] {
        assert!(beside.contains(part), "{part}: {beside}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_page_counts_what_gonogo_check_counts(pool: PgPool) {
    let team = Team::new(&pool).await;
    // Two commands in one line: a probe of several is a shell probe where one of them starts a process.
    let document = "# Count\n\n## Phase 1: x\n\n- [ ] Both: `cmp a b` and `cmp b c`\n- [ ] Word\n";
    let id = team.devops.import("count.md", document.as_bytes()).await.number();
    let page = team.devops.revision(id).await;
    let counts = checklist::report::Counts::of(&checklist::compile(document.as_bytes()).plan);
    let shown = |word: &str| page.counts.iter().find(|(_, said)| said == word).unwrap().0;
    assert_eq!(shown("shell probes"), counts.shell);
    assert_eq!(shown("native probes"), counts.native);
    assert_eq!(shown("attestations"), counts.attestations);
    assert_eq!(counts.shell, 1, "the document is about that");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_a_rollback_runs_and_writes_is_listed_before_anybody_publishes(pool: PgPool) {
    let team = Team::new(&pool).await;
    let document = "# Back\n\n## Phase 1: x\n\n- [ ] Up: `docker-compose up -d web`\n\n## Rollback\n\n```bash\n# Edit .env\nCACHE=off\n\ndocker-compose restart web\n./undo.sh <version>\ncp .env.backup .env\ncmp a b\n```\n";
    let id = team.devops.import("back.md", document.as_bytes()).await.number();
    let page = team.devops.revision(id).await;
    let listed: Vec<(bool, &str, Option<&str>)> = page
        .commands
        .iter()
        .map(|command| (command.reads, command.text.as_str(), command.written.as_deref()))
        .collect();
    assert_eq!(
        listed,
        [
            (false, "docker-compose up -d web", None),
            (false, "CACHE=off", None),
            (
                false,
                "docker-compose up -d --force-recreate --no-deps web",
                Some("docker-compose restart web")
            ),
            (
                false,
                "./undo.sh \"$GONOGO_VERSION\"",
                Some("./undo.sh <version>")
            ),
            (false, ".env.backup → .env", Some("cp .env.backup .env")),
            (true, "cmp a b", None),
        ]
    );
    assert_eq!(page.commands[1].reaches, ["edits lines of .env"]);
}
