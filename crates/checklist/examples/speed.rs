//! How long compiling takes beside the Markdown parser alone: `speed [FILE|CASE|BYTES]...`.
//!
//! Files come first, warm. Then the cases (those named, or all), each at four sizes that double up to so many bytes.
//! Exit code 1: twice the bytes took more than 2.3 times as long. `speed --once FILE|CASE` calls `compile` once, warm, for profilers.

use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// How much longer twice the bytes may take: in proportion, and a little for memory that is further away.
const STEEPEST: f64 = 2.3;
/// Bytes of the largest document.
const LARGEST: usize = 10_000_000;
/// Sizes of a case, as parts of the largest.
const PARTS: [usize; 4] = [8, 4, 2, 1];
/// No further round of a case begins after this.
const PATIENCE: Duration = Duration::from_secs(10);
const ROUNDS: std::ops::RangeInclusive<usize> = 3..=9;

/// A name, what comes once, what is repeated (`№` is its number), what comes at the end.
type Case = (&'static str, &'static str, &'static str, &'static str);

const CASES: &[Case] = &[
    ("words", "- [ ] ", "a ", ""),
    ("letters", "- [ ] ", "a", ""),
    ("prose", "", "Some words about the service, and why.\n", ""),
    ("boxes", "", "- [ ] a\n", ""),
    ("boxes on one line", "- [ ] ", "[ ] ", ""),
    ("commands", "", "- [ ] x: `git status`\n", ""),
    ("headings", "", "# a\n", ""),
    ("brackets", "- [ ] ", "[", ""),
    ("links", "- [ ] ", "[a](", ""),
    ("substitutions", "- [ ] `", "$(", "`"),
    ("quotes", "", ">", " - [ ] x"),
    ("nested lists", "", "- ", "[ ] x"),
    ("emphasis", "- [ ] ", "*_", ""),
    ("backticks", "- [ ] ", "` ", ""),
    ("comments", "- [ ] ", "<!--", ""),
    ("whole comments", "", "<!-- a -->\n\n", ""),
    ("annotations", "- [ ] ", "<!-- gonogo: zzz -->", ""),
    ("annotated boxes", "", "- [ ] a <!-- gonogo: attest -->\n", ""),
    ("numbers", "- [ ] ", "<5ms ", ""),
    ("blanks", "- [ ] ", "____ ", ""),
    ("fences", "", "```bash\nls\n```\n", ""),
    ("open fences", "", "```bash\n", ""),
    (
        "lines of a fence",
        "## Phase 1\n```bash\n",
        "git status\n",
        "```\n",
    ),
    ("tables", "", "|a|b|\n|-|-|\n|c|d|\n\n", ""),
    ("table rows", "", "|a|b|\n|-|-|\n", ""),
    ("codes", "- [ ] ", "`git status` ", ""),
    ("table boxes", "", "\n\n|a|Done|\n|-|-|\n|x|[ ]|\n|y|☐|\n", ""),
    ("lines of boxes", "", "\n\n☐ a\n[ ] b\n", ""),
    ("quoted boxes", "", "\n> - [ ] a\n", ""),
    ("boxes of HTML", "", "\n<p>\n<input type=\"checkbox\"> a\n\n", ""),
    ("ticks", "", "\n- ✅ a\n", ""),
    ("named headings", "", "## a№\n", ""),
    ("named boxes", "", "- [ ] a№ <!-- gonogo: id=a№ -->\n", ""),
    ("parameters", "", "- [ ] `ls \"$A№\"`\n", ""),
    ("placeholders", "", "- [ ] `ls <a№>`\n", ""),
    ("paths", "- [ ] ", "`GET /a№` ", ""),
    ("addresses", "- [ ] ", "http://a№.example.com ", ""),
    ("slots", "## Sign-off\n|Role|Signature|\n|-|-|\n", "|a№|b|\n", ""),
    ("thresholds", "", "- [ ] a№ latency <5ms\n", ""),
    ("nested boxes", "", "- [ ] a\n  - [ ] b№\n", ""),
    ("actions", "## Phase 1\n", "- [ ] `touch a`\n", ""),
    (
        "steps",
        "## Phase 1\n1. a\n",
        "   ```bash\n   touch a№\n   ```\n",
        "",
    ),
];

fn text((_, before, piece, after): &Case, size: usize) -> String {
    let mut text = String::from(*before);
    for number in 1.. {
        match text.len() < size {
            true if piece.contains('№') => text.push_str(&piece.replace('№', &number.to_string())),
            true => text.push_str(piece),
            false => break,
        }
    }
    text + after
}

fn time(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn compile(text: &str) {
    black_box(checklist::compile(black_box(text.as_bytes())));
}

/// The Markdown parser alone.
fn markdown(text: &str) {
    let options = pulldown_cmark::Options::all();
    black_box(
        pulldown_cmark::Parser::new_ext(black_box(text), options)
            .into_offset_iter()
            .count(),
    );
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or_default()
}

/// Measures a document, warm.
fn document(name: &str, text: &str) {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..200 {
        ours.push(time(|| compile(text)).as_secs_f64() * 1e3);
        theirs.push(time(|| markdown(text)).as_secs_f64() * 1e3);
    }
    let least = |all: &[f64]| all.iter().copied().fold(f64::INFINITY, f64::min);
    println!(
        "{name}: {} bytes, least {:.3} ms, median {:.3} ms, {:.0} % of Markdown alone",
        text.len(),
        least(&ours),
        median(ours.clone()),
        100.0 * least(&theirs) / least(&ours),
    );
}

/// Measures each of the texts once and how it compares with the one before. Answers the seconds of the last.
fn round(texts: &[String], work: fn(&str), growths: &mut [Vec<f64>]) -> f64 {
    let times: Vec<f64> = texts
        .iter()
        .map(|text| time(|| work(text)).as_secs_f64())
        .collect();
    for (growth, pair) in growths.iter_mut().zip(times.windows(2)) {
        growth.push(pair[1] / pair[0].max(1e-9));
    }
    times.last().copied().unwrap_or_default()
}

fn shown(growths: &[f64]) -> String {
    let all: Vec<String> = growths.iter().map(|growth| format!("{growth:.2}")).collect();
    all.join(" ")
}

/// Measures a case: all sizes in turn, round after round, so that a busy machine slows each of them. Answers the
/// steepest growth.
fn case(case: &Case, largest: usize) -> f64 {
    let texts: Vec<String> = PARTS.iter().map(|part| text(case, largest / part)).collect();
    let start = Instant::now();
    let (mut growths, mut parser_growths) = (
        vec![Vec::new(); PARTS.len() - 1],
        vec![Vec::new(); PARTS.len() - 1],
    );
    let (mut slowest, mut shares) = (Vec::new(), Vec::new());
    while slowest.len() < *ROUNDS.start() || (slowest.len() < *ROUNDS.end() && start.elapsed() < PATIENCE) {
        let ours = round(&texts, compile, &mut growths);
        let theirs = round(&texts, markdown, &mut parser_growths);
        slowest.push(ours);
        shares.push(100.0 * theirs / ours.max(1e-9));
    }
    let growths: Vec<f64> = growths.into_iter().map(median).collect();
    let parser_growths: Vec<f64> = parser_growths.into_iter().map(median).collect();
    println!(
        "{:>18}: {:>8.1} ms, doubling {}, {:.1} % of Markdown alone, which doubles {}",
        case.0,
        median(slowest) * 1e3,
        shown(&growths),
        median(shares),
        shown(&parser_growths),
    );
    growths.into_iter().fold(0.0, f64::max)
}

fn main() -> std::io::Result<ExitCode> {
    let mut named = Vec::new();
    let mut largest = LARGEST;
    let mut files = Vec::new();
    let mut once = false;
    for word in std::env::args().skip(1) {
        if word == "--once" {
            once = true;
        } else if let Ok(bytes) = word.parse() {
            largest = bytes;
        } else if let Some(case) = CASES.iter().find(|case| case.0 == word) {
            named.push(case);
        } else {
            files.push((std::fs::read_to_string(&word)?, word));
        }
    }
    if once {
        let named = named.iter().map(|case| text(case, largest));
        for text in files.into_iter().map(|(text, _)| text).chain(named) {
            checklist::compile_after(text.as_bytes(), None);
            compile(&text);
        }
        return Ok(ExitCode::SUCCESS);
    }
    for (text, name) in &files {
        document(name, text);
    }
    if named.is_empty() {
        named.extend(CASES);
    }
    let steep: Vec<&str> = named
        .into_iter()
        .filter(|named| case(named, largest) > STEEPEST)
        .map(|(name, ..)| *name)
        .collect();
    if steep.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    println!(
        "more than {STEEPEST} times as long for twice the bytes: {}",
        steep.join(", ")
    );
    Ok(ExitCode::FAILURE)
}
