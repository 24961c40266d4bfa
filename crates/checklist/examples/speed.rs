//! How long compiling takes beside the Markdown parser alone: `speed [--full] [FILE|CASE|BYTES]...`.
//!
//! Files come first, warm. Then the cases (those named, or all), each at sizes that double up to so many bytes: two of them
//! up to 1 MB, or with `--full` four up to 10 MB. Each figure stands beside its goal. A bench reports: the exit code is 0.
//! `speed --once FILE|CASE` calls `compile` once, warm, for profilers.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// Milliseconds that a checklist of ordinary length may take.
const LONGEST: f64 = 1.0;
/// How much longer twice the bytes may take: in proportion, and a little for memory that is further away.
const STEEPEST: f64 = 2.3;
/// The least speed, in percent of that of the Markdown parser alone.
const SLOWEST: f64 = 30.0;

/// How much is measured.
struct Effort {
    /// Bytes of the largest document.
    largest: usize,
    /// Sizes of a case, as parts of the largest.
    parts: &'static [usize],
    rounds: std::ops::RangeInclusive<usize>,
    /// No further round of a case begins after this.
    patience: Duration,
}

const SHORT: Effort = Effort {
    largest: 1_000_000,
    parts: &[2, 1],
    rounds: 3..=9,
    patience: Duration::from_millis(1500),
};

const FULL: Effort = Effort {
    largest: 10_000_000,
    parts: &[8, 4, 2, 1],
    rounds: 3..=9,
    patience: Duration::from_secs(10),
};

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

/// A figure and whether it keeps to its goal: "met", or how many times too far off it is.
fn judged(times: f64) -> String {
    match times {
        times if times <= 1.0 => "met".to_owned(),
        times => format!("{times:.1} x short"),
    }
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
        "{name}: {} bytes, least {:.3} ms of {LONGEST} ms: {}; median {:.3} ms, {:.0} % of Markdown alone\n",
        text.len(),
        least(&ours),
        judged(least(&ours) / LONGEST),
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

/// What a case came to.
struct Row {
    /// Milliseconds of the largest document.
    took: f64,
    /// How much longer each doubling took, and how much longer for the Markdown parser alone.
    growths: [Vec<f64>; 2],
    /// Percent of the Markdown parser's speed.
    share: f64,
}

impl Row {
    fn steepest(&self) -> f64 {
        self.growths[0].iter().copied().fold(0.0, f64::max)
    }

    fn print(&self, name: &str) {
        let [ours, theirs] = &self.growths;
        println!(
            "{name:>18} {:>9.1} {:>20} {:>12} {:>20} {:>7.1} {:>12}",
            self.took,
            shown(ours),
            judged(self.steepest() / STEEPEST),
            shown(theirs),
            self.share,
            judged(SLOWEST / self.share),
        );
    }
}

/// Measures a case: all sizes in turn, round after round, so that a busy machine slows each of them.
fn case(case: &Case, effort: &Effort) -> Row {
    let texts: Vec<String> = effort
        .parts
        .iter()
        .map(|part| text(case, effort.largest / part))
        .collect();
    let start = Instant::now();
    let mut growths = [(); 2].map(|()| vec![Vec::new(); texts.len() - 1]);
    let (mut slowest, mut shares) = (Vec::new(), Vec::new());
    let (fewest, most) = (*effort.rounds.start(), *effort.rounds.end());
    while slowest.len() < fewest || (slowest.len() < most && start.elapsed() < effort.patience) {
        let ours = round(&texts, compile, &mut growths[0]);
        let theirs = round(&texts, markdown, &mut growths[1]);
        slowest.push(ours);
        shares.push(100.0 * theirs / ours.max(1e-9));
    }
    Row {
        took: median(slowest) * 1e3,
        growths: growths.map(|all| all.into_iter().map(median).collect()),
        share: median(shares),
    }
}

/// Measures cases, a row of a table each.
fn table(cases: &[&Case], effort: &Effort) {
    println!("{} bytes, Markdown alone beside it", effort.largest);
    println!(
        "{:>18} {:>9} {:>20} {:>12} {:>20} {:>7} {:>12}",
        "", "ms", "doubling", "<= 2.3", "Markdown's", "speed %", ">= 30 %"
    );
    let (mut linear, mut fast) = (0, 0);
    for one in cases {
        let row = case(one, effort);
        row.print(one.0);
        linear += usize::from(row.steepest() <= STEEPEST);
        fast += usize::from(row.share >= SLOWEST);
    }
    println!(
        "goals met: {linear} of {} at most {STEEPEST} times as long for twice the bytes, {fast} at least {SLOWEST} % as fast",
        cases.len()
    );
}

fn main() -> std::io::Result<()> {
    let mut named = Vec::new();
    let mut files = Vec::new();
    let (mut once, mut effort, mut bytes) = (false, SHORT, None);
    for word in std::env::args().skip(1) {
        match word.as_str() {
            "--once" => once = true,
            "--full" => effort = FULL,
            word if word.parse::<usize>().is_ok() => bytes = word.parse().ok(),
            word => match CASES.iter().find(|case| case.0 == word) {
                Some(case) => named.push(case),
                None => files.push((std::fs::read_to_string(word)?, word.to_owned())),
            },
        }
    }
    effort.largest = bytes.unwrap_or(effort.largest);
    if once {
        let named = named.iter().map(|case| text(case, effort.largest));
        for text in files.into_iter().map(|(text, _)| text).chain(named) {
            checklist::compile_after(text.as_bytes(), None);
            compile(&text);
        }
        return Ok(());
    }
    for (text, name) in &files {
        document(name, text);
    }
    if named.is_empty() {
        named.extend(CASES);
    }
    table(&named, &effort);
    Ok(())
}
