//! Databases and caches.

use super::sql::sql_reads;
use super::tool::given;
use super::{Effect, FILLED, operands};
use domain::probe::redis::reads;

/// What a database tool does.
pub fn effect(name: &str, words: &[&str]) -> Option<Effect> {
    let effect = match name {
        "redis-cli" | "valkey-cli" => redis(words),
        "psql" => psql(words),
        "pg_dump" | "pg_dumpall" | "mysqldump" => {
            let never = [
                "-f",
                "--file",
                "-r",
                "--result-file",
                "-T",
                "--tab",
                "-F",
                "--flush-logs",
                "--delete-master-logs",
                "--delete-source-logs",
            ];
            // `-F` is the format of pg_dump, `-r` and `-T` name what it leaves out.
            let never: &[&str] = if name == "mysqldump" {
                &never[1..]
            } else {
                &never[..2]
            };
            match never.iter().find(|option| given(option, words)) {
                Some(_) => Effect::changes(format!("`{name}` writes a file or changes the server")),
                None => Effect::Reads,
            }
        }
        "pg_restore" => Effect::reads_if(
            matches!(words, ["-l" | "--list", file] if !file.starts_with('-')),
            "`pg_restore` writes a database",
        ),
        "mysql" | "mariadb" => statement(
            words,
            "mysql",
            "NBsrtv",
            &[
                "-h",
                "-u",
                "-P",
                "-D",
                "--host",
                "--user",
                "--port",
                "--database",
                "--password",
                "--protocol",
            ],
            &["--batch", "--silent", "--skip-column-names", "--table"],
        ),
        "sqlite3" => sqlite(words),
        "mongosh" | "mongo" => mongo(words),
        "mysqladmin" => Effect::reads_if(
            operands(words, &["-h", "-u", "-P"]).iter().all(|word| {
                matches!(
                    *word,
                    "ping" | "status" | "version" | "processlist" | "extended-status" | "variables"
                )
            }),
            "`mysqladmin` can change the server",
        ),
        _ => return None,
    };
    Some(effect)
}

fn redis(words: &[&str]) -> Effect {
    // Those that scan ask nothing but SCAN, TYPE and MEMORY USAGE.
    let scans = ["--bigkeys", "--memkeys", "--hotkeys", "--scan"];
    if let Some(at) = words.iter().position(|word| scans.contains(word))
        && matches!(&words[at + 1..], [] | ["--pattern", _])
        && words[..at]
            .iter()
            .all(|word| !word.starts_with('-') || matches!(*word, "-h" | "-p" | "-a"))
    {
        return Effect::Reads;
    }
    let valued = [
        "-h", "-p", "-a", "-u", "-n", "-s", "-t", "--user", "--pass", "--cacert", "--cert", "--key",
    ];
    let flags = [
        "--raw",
        "--no-raw",
        "--tls",
        "--no-auth-warning",
        "--csv",
        "--json",
        "-3",
        "-2",
        "--insecure",
        "-c",
    ];
    let Some(asked) = super::after_options(words, &valued, &flags) else {
        return Effect::unknown("this option of `redis-cli` is not known");
    };
    match asked {
        [] => Effect::unknown("`redis-cli` without a command needs a terminal"),
        asked if reads(asked) => Effect::Reads,
        [command, ..] => Effect::changes(format!(
            "`redis-cli {}` is not known to read only",
            command.to_uppercase()
        )),
    }
}

fn psql(words: &[&str]) -> Effect {
    let valued = [
        "-h",
        "-p",
        "-U",
        "-d",
        "-v",
        "-F",
        "-R",
        "--host",
        "--port",
        "--username",
        "--dbname",
        "--set",
        "--variable",
    ];
    let long = [
        "--no-psqlrc",
        "--tuples-only",
        "--no-align",
        "--quiet",
        "--csv",
        "--no-password",
        "--expanded",
        "--single-transaction",
    ];
    statement(words, "psql", "tAqXwxeE1nS", &valued, &long)
}

/// Every statement that is given by `-c`, `-e`, `--command` or `--execute` must read; without one it is interactive. An
/// option that is not known could hide another statement.
fn statement(words: &[&str], name: &str, letters: &str, valued: &[&str], long: &[&str]) -> Effect {
    let mut statements: Vec<&str> = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let (option, value) = word
            .split_once('=')
            .map_or((*word, None), |(option, value)| (option, Some(value)));
        let gives = matches!(option, "--command" | "--execute") || cluster(word, letters);
        let attached = word.len() > 2
            && ["-h", "-u", "-P", "-D", "-U", "-d"]
                .iter()
                .any(|option| valued.contains(option) && word.starts_with(option));
        if attached {
            continue;
        }
        if name == "psql" && matches!(*word, "-l" | "--list") {
            statements.push("\\l");
        } else if name == "mysql" && word.starts_with("-p") && word.len() > 2 {
            // A password that is attached; `-p` alone asks for one.
        } else if gives {
            statements.extend(value.or_else(|| words.next().copied()));
        } else if valued.contains(&option) {
            if value.is_none() {
                words.next();
            }
        } else if word.starts_with('-')
            && !long.contains(word)
            && !word[1..].chars().all(|c| letters.contains(c))
        {
            return Effect::unknown(format!("this option of `{name}` is not known to read only"));
        }
    }
    if statements.is_empty() {
        return Effect::unknown(format!("`{name}` without a statement needs a terminal"));
    }
    match statements.iter().find(|sql| !sql_reads(sql)) {
        Some(_) => Effect::changes(format!("what `{name}` is told is not known to read only")),
        None => Effect::Reads,
    }
}

/// Short options that end with the one which takes the statement: `-c`, `-tAc`, `-e`.
fn cluster(word: &str, letters: &str) -> bool {
    let short = word.strip_prefix('-').filter(|rest| !rest.starts_with('-'));
    let before = short.and_then(|rest| {
        rest.strip_suffix('c')
            .or_else(|| rest.strip_suffix('e').filter(|_| !letters.contains('e')))
    });
    before.is_some_and(|before| before.chars().all(|c| letters.contains(c)))
}

/// One of the known questions, no script and nothing else to evaluate.
fn mongo(words: &[&str]) -> Effect {
    let mut code = None;
    let mut others = 0;
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match *word {
            "--eval" if code.is_none() => code = words.next().copied(),
            "--quiet" | "--norc" => {}
            "--host" | "--port" | "-u" | "--username" | "-p" | "--password" | "--authenticationDatabase" => {
                words.next();
            }
            word if !word.starts_with('-') && !word.ends_with(".js") && !word.ends_with(".mongodb") => {
                others += 1
            }
            _ => return Effect::unknown("this form of `mongosh` is not known to read"),
        }
    }
    let known = [
        "db.adminCommand('ping')",
        "db.adminCommand(\"ping\")",
        "db.runCommand({ping:1})",
        "db.runCommand({ ping: 1 })",
        "rs.status()",
        "db.stats()",
        "db.version()",
        "db.serverStatus()",
        "db.runCommand('ping')",
        "db.runCommand(\"ping\")",
    ];
    let reads = code.is_some_and(|code| {
        let code = code.trim().trim_end_matches(';');
        known.contains(&code.trim_end_matches(".ok")) || mongo_reads(code)
    }) && others <= 1;
    Effect::reads_if(reads, "what `mongosh` evaluates is not known to read")
}

/// A question to a file of SQLite: SQL or a command that shows.
fn sqlite(words: &[&str]) -> Effect {
    let flags = [
        "-header",
        "-column",
        "-csv",
        "-json",
        "-line",
        "-list",
        "-readonly",
        "-batch",
        "-noheader",
        "--readonly",
        "--version",
        "-version",
    ];
    let known = words
        .iter()
        .all(|word| !word.starts_with('-') || flags.contains(word));
    let shows = |sql: &str| {
        let mut parts = sql.split_whitespace();
        matches!(
            parts.next(),
            Some(".tables" | ".schema" | ".dbinfo" | ".indexes" | ".indices" | ".databases")
        ) && parts.all(|part| {
            part.chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '_' | '%'))
        })
    };
    let reads = match operands(words, &[]).as_slice() {
        [_, sql] => sql_reads(sql) || shows(sql),
        [] => !words.is_empty(),
        _ => false,
    };
    Effect::reads_if(known && reads, "this form of `sqlite3` is not known to read")
}

/// A chain of calls on `db` or `rs`, the last of which reads, with plain values as arguments.
fn mongo_reads(code: &str) -> bool {
    let reading = [
        "countDocuments",
        "estimatedDocumentCount",
        "count",
        "find",
        "findOne",
        "getIndexes",
        "stats",
        "getCollectionNames",
        "getCollectionInfos",
        "version",
        "serverStatus",
        "hello",
        "isMaster",
        "hostInfo",
        "status",
        "conf",
        "distinct",
        "explain",
        "limit",
        "sort",
        "toArray",
        "pretty",
        "length",
        "ok",
        "printReplicationInfo",
        "printSecondaryReplicationInfo",
        "getName",
        "dataSize",
        "totalSize",
        "totalIndexSize",
        "serverBuildInfo",
        "itcount",
        "size",
        "count",
    ];
    let code = code.trim().trim_end_matches(';');
    let Some(mut rest) = code.strip_prefix("db").or_else(|| code.strip_prefix("rs")) else {
        return false;
    };
    let mut last = "";
    let mut collections = 0;
    while let Some(after) = rest.strip_prefix('.') {
        let end = after
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
            .unwrap_or(after.len());
        let (name, tail) = after.split_at(end);
        last = name;
        rest = match tail.strip_prefix('(') {
            Some(inside) => match inside.split_once(')') {
                Some((arguments, tail)) if plain(arguments) && reading.contains(&name) => tail,
                Some(_) | None => return false,
            },
            None => {
                collections += 1;
                tail
            }
        };
    }
    let calls = code.contains('(');
    rest.is_empty() && calls && collections <= 2 && reading.contains(&last)
}

/// Values of JSON: nothing that is called, assigned or evaluated.
fn plain(arguments: &str) -> bool {
    let lower = arguments.to_lowercase();
    !arguments.contains(['(', ')', '=', ';', '`', '\\', '+', FILLED])
        && !["where", "function", "accumulator", "eval", "$out", "$merge"]
            .iter()
            .any(|word| lower.contains(word))
}
