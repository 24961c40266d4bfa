//! Files and folders.

use super::world::World;
use super::*;
use domain::probe::{FileProbe, FileRule, TextRule};
use domain::quantity::{Bound, Comparison, Quantity, Unit};

fn file(
    state: State,
    what: &'static str,
    right: Right,
    path: &str,
    rules: &[FileRule],
    script: &str,
    command: &str,
) -> Row {
    Row {
        kind: "file",
        state,
        what,
        right,
        spec: ProbeSpec::File(FileProbe {
            path: path.to_owned(),
            rules: rules.to_vec(),
        }),
        world: World::folder(script),
        command: command.to_owned(),
    }
}

mod sums;

pub fn rows() -> Vec<Row> {
    [whole_files(), ambiguous_files(), sums::rows()]
        .into_iter()
        .flatten()
        .collect()
}

fn contains(text: &str) -> FileRule {
    FileRule::Content(TextRule::Contains(text.to_owned()))
}

/// How a whole dump ends.
fn whole_dump() -> FileRule {
    FileRule::Ends(TextRule::Contains("PostgreSQL database dump complete".to_owned()))
}

fn not_empty() -> FileRule {
    let quantity = Quantity {
        value: 0.0,
        unit: Unit::Bytes,
    };
    FileRule::Size(Bound {
        comparison: Comparison::Above,
        quantity,
    })
}

const DUMP: &str = "printf 'INSERT\\n--\\n-- PostgreSQL database dump complete\\n--\\n' >dump.sql";

fn whole_files() -> Vec<Row> {
    let lacks = FileRule::Content(TextRule::Lacks("DEBUG=true".to_owned()));
    let old = "echo x >f; touch -d '3 days ago' f";
    let private = FileRule::ModeAtMost(0o600);
    vec![
        file(Good, "it exists", PASS, "f", &[], "echo x >f", "test -e f"),
        file(
            Good,
            "a folder",
            PASS,
            "d",
            &[FileRule::Directory],
            "mkdir d",
            "ls d",
        ),
        file(
            Good,
            "nothing where nothing should be",
            PASS,
            "f",
            &[FileRule::Absent],
            "",
            "! ls f",
        ),
        file(
            Good,
            "a whole dump",
            PASS,
            "dump.sql",
            &[not_empty(), whole_dump()],
            DUMP,
            "ls dump.sql",
        ),
        file(
            Good,
            "a text that is in it",
            PASS,
            "f",
            &[contains("redis")],
            "echo redis >f",
            "grep redis f",
        ),
        file(
            Good,
            "a text that is not in it",
            PASS,
            "f",
            std::slice::from_ref(&lacks),
            "echo x >f",
            "! grep DEBUG=true f",
        ),
        file(
            Good,
            "read by its owner only",
            PASS,
            "f",
            std::slice::from_ref(&private),
            "echo x >f; chmod 600 f",
            "ls -l f",
        ),
        file(
            Good,
            "changed today",
            PASS,
            "f",
            &[FileRule::AgeAtMost(86_400)],
            "echo x >f",
            "find f -mtime -1",
        ),
        file(
            Good,
            "a link within the folder",
            PASS,
            "l",
            &[contains("redis")],
            "echo redis >f; ln -s f l",
            "grep redis l",
        ),
        file(Bad, "it does not exist", FAIL, "f", &[], "", "test -e f"),
        file(
            Bad,
            "something where nothing should be",
            FAIL,
            "f",
            &[FileRule::Absent],
            "touch f",
            "! ls f",
        ),
        file(
            Bad,
            "an empty dump",
            FAIL,
            "dump.sql",
            &[not_empty(), whole_dump()],
            "touch dump.sql",
            "ls dump.sql",
        ),
        file(
            Bad,
            "a text that is missing",
            FAIL,
            "f",
            &[contains("redis")],
            "echo x >f",
            "grep redis f",
        ),
        file(
            Bad,
            "a text that should be missing",
            FAIL,
            "f",
            &[lacks],
            "echo debug=TRUE >f",
            "! grep DEBUG=true f",
        ),
        file(
            Bad,
            "read by everybody",
            FAIL,
            "f",
            &[private],
            "echo x >f; chmod 644 f",
            "ls -l f",
        ),
        file(
            Bad,
            "changed three days ago",
            FAIL,
            "f",
            &[FileRule::AgeAtMost(86_400)],
            old,
            "find f -mtime -1",
        ),
        file(
            Bad,
            "a file where a folder is meant",
            FAIL,
            "d",
            &[FileRule::Directory],
            "touch d",
            "ls d",
        ),
        file(
            Unreachable,
            "outside of the environment",
            NO_ANSWER,
            "/etc/hostname",
            &[],
            "",
            "ls /etc/hostname",
        ),
        file(
            Unreachable,
            "a link that leads out",
            NO_ANSWER,
            "l",
            &[contains("root")],
            "ln -s /etc/passwd l",
            "grep root l",
        ),
        file(
            Unreachable,
            "a folder that is a link out",
            NO_ANSWER,
            "d/passwd",
            &[],
            "ln -s /etc d",
            "ls d/passwd",
        ),
        file(
            Unreachable,
            "a path that goes up",
            NO_ANSWER,
            "../../etc/passwd",
            &[],
            "",
            "ls ../../etc/passwd",
        ),
    ]
}

fn ambiguous_files() -> Vec<Row> {
    let cut = "printf 'INSERT\\nINSERT INTO orders VALUES (1, ' >dump.sql";
    let long = "yes INSERT | head -c 2000000 >f";
    let lacks = FileRule::Content(TextRule::Lacks("redis".to_owned()));
    vec![
        file(
            Ambiguous,
            "a dump cut in the middle",
            FAIL,
            "dump.sql",
            &[not_empty(), whole_dump()],
            cut,
            "ls dump.sql",
        ),
        file(
            Ambiguous,
            "a dump whose end stands in its middle",
            FAIL,
            "dump.sql",
            &[whole_dump()],
            &format!("{DUMP}; yes INSERT | head -c 9000 >>dump.sql"),
            "grep 'dump complete' dump.sql",
        ),
        file(
            Ambiguous,
            "a folder of the dump's name",
            FAIL,
            "dump.sql",
            &[not_empty()],
            "mkdir dump.sql",
            "ls dump.sql",
        ),
        file(
            Ambiguous,
            "a pipe where a file is meant",
            NOT_GREEN,
            "p",
            &[contains("x")],
            "mkfifo p",
            "grep x p",
        ),
        file(
            Ambiguous,
            "a link to nothing",
            NOT_GREEN,
            "l",
            &[],
            "ln -s gone l",
            "test -L l",
        ),
        file(
            Ambiguous,
            "a link to nothing where nothing should be",
            NOT_GREEN,
            "l",
            &[FileRule::Absent],
            "ln -s gone l",
            "! ls l",
        ),
        file(
            Ambiguous,
            "a link to itself",
            NOT_GREEN,
            "l",
            &[],
            "ln -s l l",
            "test -L l",
        ),
        file(
            Ambiguous,
            "a link out where nothing should be",
            NOT_GREEN,
            "l",
            &[FileRule::Absent],
            "ln -s /etc/passwd l",
            "! ls l",
        ),
        file(
            Ambiguous,
            "too long to be read whole, and the text not in what was read",
            NOT_GREEN,
            "f",
            std::slice::from_ref(&lacks),
            long,
            "! grep redis f",
        ),
        file(
            Ambiguous,
            "the text beyond what was read",
            NOT_GREEN,
            "f",
            &[lacks],
            &format!("{long}; echo redis >>f"),
            "! grep redis f",
        ),
        file(
            Ambiguous,
            "changed in the future",
            NOT_GREEN,
            "f",
            &[FileRule::AgeAtMost(86_400)],
            "touch -d '+2 days' f",
            "find f -mtime -1",
        ),
        file(
            Ambiguous,
            "the text in another case",
            FAIL,
            "f",
            &[contains("Redis")],
            "echo redis >f",
            "grep -i Redis f",
        ),
        file(
            Ambiguous,
            "a file that is no folder on the way",
            NOT_GREEN,
            "f/x",
            &[],
            "touch f",
            "ls f/x",
        ),
        file(
            Ambiguous,
            "a date of another day in the name",
            FAIL,
            "b_$(date +%Y%m%d).sql",
            &[],
            "touch b_20200101.sql",
            "ls b_*.sql",
        ),
    ]
}
