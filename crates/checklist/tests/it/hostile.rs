//! Any bytes give a plan: no panic, bounded time and memory, nothing that hides taken for a reading command.

use checklist::fill::{Filled, fill};
use checklist::report::render;
use checklist::{Compiled, compile};
use domain::plan::{Severity, Work};
use domain::probe::ProbeSpec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::time::{Duration, Instant};

/// Compiles within a deadline that only a hang exceeds, and renders the result.
fn survive(name: &str, bytes: &[u8]) -> Compiled {
    let start = Instant::now();
    let compiled = compile(bytes);
    let report = render(&compiled, &String::from_utf8_lossy(bytes), name);
    let took = start.elapsed();
    assert!(took < Duration::from_secs(180), "{name} took {took:?}");
    assert!(
        report.len() < 40 * bytes.len() + 4_000_000,
        "{name}: {} bytes of report",
        report.len()
    );
    compiled
}

fn numbered(count: usize, piece: impl Fn(usize) -> String) -> String {
    (0..count).map(piece).collect()
}

#[test]
fn very_long_lines_and_deep_nesting_are_survived() {
    let item = |text: String| format!("- [ ] {text}\n");
    let cases: Vec<(&str, String)> = vec![
        ("a line of many words", item("a ".repeat(500_000))),
        ("a line of 10 MB", item("a".repeat(10_000_000))),
        ("code of 1 MB", item(format!("`curl {}`", "x".repeat(1_000_000)))),
        ("100,000 open brackets", "[".repeat(100_000)),
        ("100,000 brackets with parentheses", "[a](".repeat(100_000)),
        ("100,000 images", "![".repeat(100_000)),
        ("100,000 quotes", ">".repeat(100_000) + " - [ ] x"),
        ("100,000 lists on one line", "- ".repeat(100_000) + "[ ] x"),
        ("100,000 stars", "*".repeat(100_000) + "x"),
        ("alternating emphasis", "*_".repeat(100_000)),
        (
            "100,000 backticks of growing length",
            (1..400).map(|count| "`".repeat(count) + " ").collect(),
        ),
        ("unclosed fences", "```bash\n".repeat(5_000)),
        ("unclosed comments", "<!--".repeat(100_000)),
        ("100,000 angle brackets", "<a".repeat(100_000)),
        ("20,000 headings", "# a\n".repeat(20_000)),
        ("20,000 equal boxes", "- [ ] a\n".repeat(20_000)),
        (
            "a parent of 1 MB with 10,000 children",
            format!(
                "- [ ] {}\n{}",
                "p".repeat(1_000_000),
                "  - [ ] c\n".repeat(10_000)
            ),
        ),
        ("2,000 commands in one box", item("`git status` ".repeat(2_000))),
        (
            "2,000 commands in one block",
            format!("## Phase 1\n```bash\n{}```\n", "git status\n".repeat(2_000)),
        ),
        (
            "a table of 20,000 rows",
            format!("|a|b|\n|-|-|\n{}", "|x|y|\n".repeat(20_000)),
        ),
        ("20,000 blanks", "____ ".repeat(20_000)),
        ("20,000 annotations", item("<!-- gonogo: zzz -->".repeat(20_000))),
        ("20,000 numbers", item("<5ms ".repeat(20_000))),
        (
            "4,000 annotated boxes",
            numbered(4_000, |at| format!("- [ ] a <!-- gonogo: id=a{at} -->\n")),
        ),
        ("a line of 300 kB of boxes", item("[ ] ".repeat(75_000))),
        ("a line of 400 kB of links", item("[a](".repeat(100_000))),
        (
            "a line of 400 kB of boxes in code",
            item("(`[ ] `".repeat(57_000)),
        ),
        (
            "3,000 actions before 3,000 probes",
            format!(
                "## Phase 1\n{}{}",
                "- [ ] `touch a`\n".repeat(3_000),
                "- [ ] `git status`\n".repeat(3_000)
            ),
        ),
        (
            "3,000 blocks in one step",
            format!(
                "## Phase 1\n1. a\n{}",
                "   ```bash\n   touch a\n   ```\n".repeat(3_000)
            ),
        ),
        (
            "4,000 variables",
            numbered(4_000, |at| format!("- [ ] `ls \"$A{at}\"`\n")),
        ),
        (
            "4,000 placeholders",
            numbered(4_000, |at| format!("- [ ] `ls <a{at}>`\n")),
        ),
        (
            "20,000 paths in one box",
            item(numbered(20_000, |at| format!("`GET /a{at}` "))),
        ),
        ("20,000 comments, each a block", "<!-- a -->\n\n".repeat(20_000)),
        ("5,000 small tables", "|a|b|\n|-|-|\n|c|d|\n\n".repeat(5_000)),
        ("4,000 small blocks of code", "```bash\nls\n```\n".repeat(4_000)),
    ];
    for (name, text) in cases {
        survive(name, text.as_bytes());
    }
}

#[test]
fn shell_bombs_are_actions_at_once() {
    let bombs = [
        "$(".repeat(5_000),
        "(".repeat(5_000),
        "{ ".repeat(5_000),
        "`".repeat(5_000),
        "${".repeat(5_000),
        "((".repeat(3_000),
        "[[ ".repeat(3_000),
        "if ".repeat(3_000),
        "case x in ".repeat(1_000),
        "<<A ".repeat(3_000),
        "a | ".repeat(4_000),
        "! ".repeat(5_000),
        "a=(".repeat(3_000),
        ":(){ :|:& };:".to_owned(),
        format!("{}true{}", "$(".repeat(12), ")".repeat(12)),
        format!("{}true{}", "( ".repeat(20), ")".repeat(20)),
        format!("echo {}", "{a,b}".repeat(2_000)),
        format!("echo {}", "$((1+".repeat(11)),
        format!("echo {}", "\"$(".repeat(11)),
        "<(".repeat(3_000),
        format!("cat {}true{}", "<(cat ".repeat(12), ")".repeat(12)),
        "for x in ".repeat(2_000),
        format!("{}true{}", "for x in a; do ".repeat(20), "; done".repeat(20)),
        format!("{}true{}", "if true; then ".repeat(20), "; fi".repeat(20)),
        format!("{}true{}", "while false; do ".repeat(20), "; done".repeat(20)),
        format!("{}true{}", "case x in x) ".repeat(20), ";; esac".repeat(20)),
        format!("{}true{}", "f() { ".repeat(11), "; }".repeat(11)),
        "f() ".repeat(3_000),
        "[[ ( a ) ]]".repeat(500),
        format!("[[ {}a{} ]]", "( ".repeat(12), " )".repeat(12)),
        format!("[[ {}a ]]", "! ".repeat(40)),
        format!("[[ {} ]]", "a && ".repeat(3_000)),
        format!("echo $(({}1{}))", "(".repeat(20), ")".repeat(20)),
        format!("echo {}x{}", "${a:-".repeat(20), "}".repeat(20)),
        format!("cat {}", "<<< x ".repeat(1_000)),
        format!("cat {}\n", "<<EOF ".repeat(20)),
        format!("{}x", "a=$(".repeat(12)),
        format!("{}x", "$(echo ".repeat(40)),
        "$(echo x) ".repeat(150),
        "`echo x` ".repeat(20),
        "a; ".repeat(5_000),
        "a && ".repeat(3_000),
        "a\\\n".repeat(3_000),
        "'".repeat(5_001),
        "\"".repeat(5_001),
        "\\".repeat(5_001),
        "a\u{0}b".to_owned(),
        format!("x{}", " -a".repeat(5_000)),
        format!("psql -c \"SELECT {}1{}\"", "(".repeat(20), ")".repeat(20)),
        format!("psql -c \"SELECT {}\"", "1+".repeat(7_000)),
        format!("docker exec a {}ls", "sh -c ".repeat(2_000)),
        format!("{}ls", "sudo timeout 5 ".repeat(1_000)),
        format!("sed '{}' f", "s/a/b/;".repeat(2_000)),
        format!("mongosh --eval 'db{}'", ".a".repeat(7_000)),
    ];
    let mut longest = (Duration::ZERO, String::new());
    for bomb in bombs {
        let text = format!("## Phase 1\n\n- [ ] Run\n\n```bash\ncurl {bomb}\n```\n");
        let start = Instant::now();
        let compiled = compile(text.as_bytes());
        longest = longest.max((start.elapsed(), bomb.chars().take(60).collect()));
        assert!(
            !compiled.diagnostics.is_empty(),
            "{bomb:.60} is passed over in silence"
        );
        let start = Instant::now();
        compile(format!("- [ ] `{bomb}`\n\n## Rollback\n\n```bash\n{bomb}\n```\n").as_bytes());
        longest = longest.max((start.elapsed(), bomb.chars().take(60).collect()));
        for check in compiled.plan.sections.iter().flat_map(|section| &section.checks) {
            // These are strange and read all the same: their outcome is that of `curl`, `echo` or `cat`.
            let harmless = [
                "if ",
                "case x in ",
                "for x in ",
                "echo {a",
                "echo $((",
                "cat <<",
                "$(echo x)",
                "`echo x`",
                "sudo",
            ]
            .iter()
            .any(|start| bomb.starts_with(start));
            assert!(
                harmless || !matches!(check.work, Work::Probe { .. }),
                "{:.60} is taken for reading",
                check.text
            );
        }
    }
    println!("{longest:?}");
    assert!(longest.0 < Duration::from_secs(20), "{longest:?}");
}

#[test]
fn commands_of_ten_megabytes_are_actions_with_a_diagnostic() {
    for (index, piece) in [
        "a ",
        "$(",
        "`a`",
        "(",
        "; ",
        "| a",
        "'",
        "\\",
        "a=1 ",
        "<<A ",
        "é",
        "\u{1b}[2J",
        "\u{202e}",
    ]
    .into_iter()
    .enumerate()
    {
        let long = if index < 2 { 10_000_000 } else { 1_000_000 };
        let command = piece.repeat(long / piece.len());
        let text = format!("## Phase 1\n\n```bash\nls {command}\n```\n\n- [ ] Do it\n");
        let compiled = survive("a long command", text.as_bytes());
        assert!(!compiled.diagnostics.is_empty(), "{piece:?}");
        let mut checks = compiled.plan.sections.iter().flat_map(|section| &section.checks);
        assert!(
            checks.all(|check| !matches!(check.work, Work::Probe { .. })),
            "{piece:?}"
        );
    }
}

#[test]
fn what_hides_in_a_command_makes_it_an_error_and_never_a_probe() {
    for hidden in [
        "\u{202e}",
        "\u{200b}",
        "\u{1b}[2J",
        "\u{7}",
        "\u{2066}",
        "\u{feff}",
    ] {
        let text = format!("- [ ] Look: `curl http://localhost/{hidden}health`\n");
        let compiled = compile(text.as_bytes());
        let item = compiled.plan.items().next().expect("an item");
        assert!(
            matches!(item.work, Work::Action { .. }),
            "{hidden:?}: {:?}",
            item.work
        );
        assert!(
            compiled
                .diagnostics
                .iter()
                .any(|found| found.code == "GNG002" && found.severity == Severity::Error)
        );
        let shown = render(&compiled, &text, "x.md");
        assert!(!shown.contains(hidden), "{hidden:?} reaches the terminal");
    }
}

#[test]
fn bytes_that_are_no_text_are_reported_where_they_stand() {
    let bytes = b"\xef\xbb\xbf# T\r\n\r\n- [ ] a \xff\xfe b: `curl http://localhost/\xff`\r\n- [x] c\0d\r\n";
    let compiled = survive("bytes", bytes);
    let found: Vec<(u32, u32)> = compiled
        .diagnostics
        .iter()
        .filter(|found| found.code == "GNG001")
        .map(|found| (found.line, found.column))
        .collect();
    assert_eq!(found, [(3, 9), (3, 38)]);
    assert_eq!(compiled.plan.items().count(), 2);
    assert!(
        compiled
            .plan
            .items()
            .all(|item| !matches!(&item.work, Work::Probe { .. }))
    );
    assert_eq!(
        compiled.plan.items().map(|item| item.line).collect::<Vec<_>>(),
        [3, 4]
    );
}

#[test]
fn a_version_among_characters_of_several_bytes_is_survived() {
    for version in ["20.10切り戻し+", "切20.10+", "し+", "版+本"] {
        survive(
            version,
            format!("- [ ] Docker and Node.js installed ({version})\n").as_bytes(),
        );
    }
}

#[test]
fn line_endings_and_a_byte_order_mark_change_nothing_but_the_bytes() {
    let path =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../checklists/performance-optimization.md");
    let text = std::fs::read_to_string(path).expect("the reference checklist");
    let plain = compile(text.as_bytes());
    let windows = compile(format!("\u{feff}{}", text.replace('\n', "\r\n")).as_bytes());
    let works = |compiled: &Compiled| {
        compiled
            .plan
            .items()
            .map(|item| (item.line, item.work.clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(works(&windows), works(&plain));
    assert_eq!(windows.diagnostics, plain.diagnostics);
    assert_eq!(windows.outline, plain.outline);
    assert_ne!(windows.plan.revision, plain.plan.revision);
}

/// Whether a probe runs this command, rather than handing its text to another one.
fn runs(spec: &ProbeSpec, needle: &str) -> bool {
    match spec {
        ProbeSpec::Shell(shell) => {
            let behind = ["&&", "||", ";", "|", "$(", "`"].map(|join| format!("{join}{needle}"));
            let command = shell.command.replace(' ', "");
            command.starts_with(needle) || behind.iter().any(|text| command.contains(text.as_str()))
        }
        ProbeSpec::All(specs) => specs.iter().any(|spec| runs(spec, needle)),
        _ => false,
    }
}

/// Pieces that documents and commands are made of.
fn fragments() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "- [ ] ",
        "- [x] ",
        "  - [ ] ",
        "* [ ] ",
        "1. [ ] ",
        "## Phase 1: a (5 minutes)\n",
        "### Rollback\n",
        "# T\n",
        "```bash\n",
        "```\n",
        "`",
        "`curl http://localhost:1/x`",
        "`docker-compose exec a b`",
        " returns `512mb`",
        " is empty",
        "<!-- gonogo: ",
        "file x mode<=0600",
        " -->",
        "| Role | Date |\n|---|---|\n| QA | |\n",
        "\n",
        "\n\n",
        "\r\n",
        "\r",
        "\0",
        "é",
        "🚀",
        "\u{202e}",
        "<5ms",
        ">60%",
        "20.10+",
        "____",
        "**Label:**\n",
        "$(date)",
        "$(",
        ")",
        "\"",
        "'",
        " | grep -i error",
        "# Should be empty\n",
        "&&",
        "<a-b>",
        "psql -c \"SELECT 1\"",
        "> ",
        "rm -rf /",
        "http://",
        "\\",
        "\t",
        "---\n",
        "(optional)",
        "[",
        "](x)",
        "port 80 available",
    ]);
    prop::collection::vec(words, 0..60).prop_map(|words| words.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, rng_seed: RngSeed::Fixed(20), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_compile_and_render(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let compiled = compile(&bytes);
        render(&compiled, &String::from_utf8_lossy(&bytes), "x.md");
    }

    #[test]
    fn any_mixture_of_markdown_and_shell_compiles(text in fragments()) {
        let compiled = compile(text.as_bytes());
        let lines = text.split(['\n', '\r']).count() as u32 + 1;
        for found in &compiled.diagnostics {
            prop_assert!(found.line >= 1 && found.line <= lines && found.column >= 1 && found.length >= 1);
        }
        for item in compiled.plan.items() {
            prop_assert!(item.line >= 1 && item.line <= lines);
            if let Work::Probe { spec } = &item.work {
                prop_assert!(!runs(spec, "rm-rf/"), "{:?}", item.text);
            }
        }
        prop_assert_eq!(&compile(text.as_bytes()), &compiled);
        render(&compiled, &text, "x.md");
    }

    #[test]
    fn filling_nothing_in_gives_the_bytes_back(text in fragments()) {
        prop_assert_eq!(fill(text.as_bytes(), &Filled::default()), text.as_bytes());
    }

    #[test]
    fn ticking_changes_the_boxes_and_nothing_else(text in fragments()) {
        let compiled = compile(text.as_bytes());
        let boxes = compiled.plan.items().map(|item| (item.line, true)).collect();
        let filled = Filled { boxes, ..Filled::default() };
        let again = compile(&fill(text.as_bytes(), &filled));
        prop_assert_eq!(again.plan.items().count(), compiled.plan.items().count());
        // Steps that stand where no box is have none that could be ticked.
        let lines: Vec<&str> = text.split(['\n', '\r']).collect();
        let boxed = |line: u32| lines.get(line as usize - 1).is_some_and(|line| line.contains("[ ] "));
        // Of several boxes only the one that a note names is ticked.
        let choice = |item: &domain::plan::Item| item.why.starts_with("one of several boxes");
        prop_assert!(again.plan.items().all(|item| item.claimed || choice(item) || !boxed(item.line) || text.contains('\r')));
    }
}
