//! Words that deny what a probe would show: "port 22 is closed: `nc -z …`" must not pass because the port answers.

mod words;

use super::{Inferred, short};
use crate::describe;
use crate::expect::{Expectation, Holds};
use crate::shell::Script;
use domain::plan::Work;
use domain::probe::{
    DockerQuestion, FileRule, Filter, GitQuestion, HeaderHolds, HttpProbe, PostgresQuestion, ProbeSpec,
    RedisQuestion, StatusRule, TextRule,
};
use domain::quantity::{Bound, Comparison};
use words::{Denials, deny_before};
pub use words::{only_code, persons};

const DENIED: &str = "the words deny what the command shows; somebody's word";
const HEADER: &str =
    "the words ask for more than a status, and a status is all that would be read; somebody's word";
const NOTED: &str = "a person writes down what it shows; somebody's word";

/// What an item or a check becomes once its words were read for what they deny.
pub fn settle(text: &str, mut inferred: Inferred) -> Inferred {
    let Work::Probe { spec } = &inferred.work else {
        return inferred;
    };
    let because = match verdict(text, spec, &inferred) {
        Verdict::Stays => return inferred,
        Verdict::Person(because) => {
            inferred.work = Work::Attestation;
            because.to_owned()
        }
        Verdict::Instead(spec, because) => {
            let because = format!("{because}; {}", describe::probe(&spec));
            inferred.work = Work::Probe { spec };
            because
        }
    };
    inferred.why = format!("{}: {because}", short(text));
    for (outcome, _) in &mut inferred.commands {
        outcome.work = inferred.work.clone();
        outcome.because.clone_from(&because);
    }
    inferred
}

enum Verdict {
    Stays,
    Person(&'static str),
    Instead(ProbeSpec, &'static str),
}

fn verdict(text: &str, spec: &ProbeSpec, inferred: &Inferred) -> Verdict {
    let expectations: Vec<&Expectation> = inferred
        .commands
        .iter()
        .map(|(outcome, _)| &outcome.expectation)
        .collect();
    let open = expectations
        .iter()
        .all(|said| matches!(said.holds, None | Some(Holds::Word(_))));
    if open && !expectations.is_empty() && words::notes(text) {
        return Verdict::Person(NOTED);
    }
    if let ProbeSpec::Http(http) = spec
        && open
        && !expectations.is_empty()
        && only_success(http)
    {
        if words::redirects(text) {
            return Verdict::Instead(redirect(http), "it must be sent on");
        }
        if words::headers(text) {
            return Verdict::Person(HEADER);
        }
    }
    // "No blocked sessions" is what it looks for: its two denials were read together.
    if matches!(spec, ProbeSpec::Postgres(postgres) if postgres.question == PostgresQuestion::NoLockWaits) {
        return Verdict::Stays;
    }
    let unread = without_said(text, &expectations);
    if shows_absence(spec) {
        // "must not be deleted", "no backup missing": what is denied twice is there.
        let twice = open && words::denials(&words::without_asides(&unread)).turned_back();
        return if twice {
            Verdict::Person(DENIED)
        } else {
            Verdict::Stays
        };
    }
    let denials = words::denials(&unread);
    let explicit = !expectations.is_empty() && !open && expectations.iter().all(|said| said.holds.is_some());
    let turned = expectations.iter().any(|said| {
        said.words.as_deref().is_some_and(|said| deny_before(text, said)) || unread_no(spec, said)
    });
    match (explicit, turned || denials.any()) {
        (true, _) if !turned => Verdict::Stays,
        (_, false) => Verdict::Stays,
        (_, true) => match gone(spec, &denials, inferred) {
            Some(spec) => Verdict::Instead(spec, "the words say that it is gone"),
            None => Verdict::Person(DENIED),
        },
    }
}

/// "`test -f legacy.conf` is false": a state that denies, and that the probe does not look for.
fn unread_no(spec: &ProbeSpec, said: &Expectation) -> bool {
    let Some(Holds::Word(word)) = &said.holds else {
        return false;
    };
    let denies = matches!(word.to_lowercase().as_str(), "false" | "no" | "off" | "disabled");
    denies && !describe::probe(spec).contains(&format!("\"{word}\""))
}

/// A state that was read as what must come out denies nothing any more: "shows `disabled`", "is off".
fn without_said(text: &str, expectations: &[&Expectation]) -> String {
    let read = expectations.iter().filter(|said| said.holds.is_some());
    let said = read.filter_map(|said| said.words.as_deref());
    said.filter(|said| !said.is_empty() && said.len() < text.len() && !said.contains(" no "))
        .fold(text.to_owned(), |text, said| text.replacen(said, " ", 1))
}

/// "File is gone: `ls legacy.conf`": a file that a command asks for by its name must not be there.
fn gone(spec: &ProbeSpec, denials: &Denials, inferred: &Inferred) -> Option<ProbeSpec> {
    let [(outcome, _)] = inferred.commands.as_slice() else {
        return None;
    };
    let program = outcome.script.as_ref().and_then(first_program)?;
    if let ("which", ProbeSpec::Shell(shell)) = (program, spec) {
        let alone =
            shell.rules.is_empty() && shell.filters.is_empty() && !shell.command.contains(['|', ';', '&']);
        // `which` exits 1 where there is none, and otherwise where it fails.
        return (alone && denials.only_gone()).then(|| {
            let mut shell = shell.clone();
            shell.command.push_str(" || test $? -eq 1");
            shell.rules = vec![TextRule::Empty];
            ProbeSpec::Shell(shell)
        });
    }
    let ProbeSpec::File(file) = spec else { return None };
    let named = matches!(program, "ls" | "test" | "[" | "stat");
    let plain = file.rules.iter().all(|rule| *rule == FileRule::Directory);
    (named && plain && denials.only_gone()).then(|| {
        let mut file = file.clone();
        file.rules = vec![FileRule::Absent];
        ProbeSpec::File(file)
    })
}

fn first_program(script: &Script) -> Option<&str> {
    script.pipelines.first()?.stages.first()?.program()
}

fn only_success(http: &HttpProbe) -> bool {
    http.status == StatusRule::Success
        && http.body.is_empty()
        && http.filters.is_empty()
        && http.response.is_empty()
}

/// From plain http to https where that is what is asked, else any redirect.
fn redirect(http: &HttpProbe) -> ProbeSpec {
    if http.url.starts_with("http://") && !http.url.contains("localhost") && http.headers.is_empty() {
        let url = Some(http.url.clone());
        return ProbeSpec::Redirects { url };
    }
    let mut http = http.clone();
    http.status = StatusRule::Between(300, 399);
    ProbeSpec::Http(http)
}

/// Whether a probe passes only where something is not there, or is refused: the denial was read.
fn shows_absence(spec: &ProbeSpec) -> bool {
    match spec {
        ProbeSpec::All(specs) => specs.iter().all(shows_absence),
        ProbeSpec::Shell(shell) => absent(&shell.rules, &shell.filters),
        ProbeSpec::Http(http) => {
            let gone = http.response.iter().any(|rule| rule.holds == HeaderHolds::Absent);
            gone || refused(http.status) || absent(&http.body, &http.filters)
        }
        ProbeSpec::Docker(docker) => match &docker.question {
            DockerQuestion::Running
            | DockerQuestion::Healthy
            | DockerQuestion::NewestImage
            | DockerQuestion::Memory => false,
            DockerQuestion::Logs(logs) => absent(&logs.rules, &logs.filters),
            DockerQuestion::Environment { filters, rules } => absent(rules, filters),
        },
        ProbeSpec::Redis(redis) => match &redis.question {
            RedisQuestion::Ping | RedisQuestion::Persistence(_) => false,
            RedisQuestion::MemoryShare(bound) => upper(bound),
            RedisQuestion::Config { rules, .. } | RedisQuestion::Info { rules, .. } => absent(rules, &[]),
            RedisQuestion::Text { filters, rules, .. } => absent(rules, filters),
        },
        ProbeSpec::Postgres(postgres) => match &postgres.question {
            PostgresQuestion::Query { rules, .. } => absent(rules, &[]),
            PostgresQuestion::NoLockWaits | PostgresQuestion::NoTransactionOver(_) => true,
            PostgresQuestion::Connections(bound) => upper(bound),
            PostgresQuestion::Statements { slowest } => {
                slowest.as_ref().is_some_and(|(_, bound)| upper(bound))
            }
            PostgresQuestion::Answers
            | PostgresQuestion::Version { .. }
            | PostgresQuestion::Extension { .. }
            | PostgresQuestion::Size(_)
            | PostgresQuestion::Table { .. }
            | PostgresQuestion::Row { .. }
            | PostgresQuestion::Indexes { .. }
            | PostgresQuestion::Analyzed { .. }
            | PostgresQuestion::LastAnalyzed { .. } => false,
        },
        ProbeSpec::File(file) => {
            // What git ignores is what must not be committed.
            file.path == ".gitignore"
                || file.rules.iter().any(|rule| match rule {
                    FileRule::Absent => true,
                    FileRule::Content(rule) | FileRule::Ends(rule) => denies(rule, true),
                    FileRule::ModeAtMost(_) => true,
                    FileRule::Directory
                    | FileRule::Size(_)
                    | FileRule::AgeAtMost(_)
                    | FileRule::Owner { .. }
                    | FileRule::Sha256(_)
                    | FileRule::Checksums
                    | FileRule::Writable => false,
                })
        }
        ProbeSpec::Git(question) => match question {
            GitQuestion::Clean | GitQuestion::NoSecrets => true,
            GitQuestion::Branch(_) | GitQuestion::AtRelease | GitQuestion::ChangedSinceTag(_) => false,
        },
        ProbeSpec::Process(process) => upper(&process.count),
        ProbeSpec::Metric(_) | ProbeSpec::Redirects { .. } => true,
        ProbeSpec::Prometheus(_)
        | ProbeSpec::Repeated(_)
        | ProbeSpec::Tests { .. }
        | ProbeSpec::EnvLine { .. }
        | ProbeSpec::Port { .. }
        | ProbeSpec::Listening { .. }
        | ProbeSpec::Certificate(_)
        | ProbeSpec::Dns(_)
        | ProbeSpec::Tool { .. }
        | ProbeSpec::Memory { .. }
        | ProbeSpec::Disk { .. }
        | ProbeSpec::Unit(_)
        | ProbeSpec::Kubernetes(_)
        | ProbeSpec::Clock { .. } => false,
    }
}

fn refused(status: StatusRule) -> bool {
    match status {
        StatusRule::Success => false,
        StatusRule::Is(code) => code >= 300,
        StatusRule::Either(one, other) => one >= 300 && other >= 300,
        StatusRule::Between(from, _) => from >= 300,
    }
}

/// A list of services that must not say "Exit" says nothing of what is denied; a filtered text does.
fn absent(rules: &[TextRule], filters: &[Filter]) -> bool {
    let searched = filters.iter().any(|filter| matches!(filter, Filter::Grep { .. }));
    let one = rules.len() == 1;
    !rules.is_empty() && rules.iter().all(|rule| denies(rule, searched || one))
}

fn denies(rule: &TextRule, searched: bool) -> bool {
    match rule {
        TextRule::Empty => true,
        TextRule::Lacks(_) => searched,
        TextRule::Number(bound) => upper(bound),
        TextRule::NotEmpty
        | TextRule::Contains(_)
        | TextRule::Is(_)
        | TextRule::LinesAtLeast(_)
        | TextRule::Json(_) => false,
    }
}

fn upper(bound: &Bound) -> bool {
    match bound.comparison {
        Comparison::AtMost | Comparison::Below | Comparison::Other => true,
        Comparison::Equal => bound.quantity.value == 0.0,
        Comparison::AtLeast | Comparison::Above => false,
    }
}
