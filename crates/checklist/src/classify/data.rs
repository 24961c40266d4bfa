//! Databases and caches.

use super::{Effect, has, operands};
use domain::probe::redis::reads;

/// What a database tool does.
pub fn effect(name: &str, words: &[&str]) -> Option<Effect> {
    let effect = match name {
        "redis-cli" | "valkey-cli" => redis(words),
        "psql" => psql(words),
        "pg_dump" | "pg_dumpall" | "mysqldump" => {
            let file = has(words, Some('f'), "file") || has(words, Some('r'), "result-file");
            if file {
                Effect::changes(format!("`{name}` writes a file"))
            } else {
                Effect::Reads
            }
        }
        "pg_restore" => Effect::reads_if(has(words, Some('l'), "list"), "`pg_restore` writes a database"),
        "mysql" | "mariadb" => statement(
            words,
            "mysql",
            "NBsrtv",
            &["-h", "-u", "-P", "-D", "--host", "--user", "--port", "--database"],
            &["--batch", "--silent"],
        ),
        "sqlite3" => {
            let operands = operands(words, &[]);
            match operands.as_slice() {
                [_, sql] if sql_reads(sql) || matches!(*sql, ".tables" | ".schema" | ".dbinfo") => {
                    Effect::Reads
                }
                _ => Effect::unknown("this form of `sqlite3` is not known to read"),
            }
        }
        "mongosh" | "mongo" => mongo(words),
        "mysqladmin" => Effect::reads_if(
            operands(words, &["-h", "-u", "-P"])
                .iter()
                .all(|word| matches!(*word, "ping" | "status" | "version" | "processlist")),
            "`mysqladmin` can change the server",
        ),
        "createdb" | "dropdb" | "createuser" | "dropuser" | "vacuumdb" | "reindexdb" | "pgbench" => {
            Effect::changes(format!("`{name}` changes the database server"))
        }
        _ => return None,
    };
    Some(effect)
}

fn redis(words: &[&str]) -> Effect {
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
    if words.contains(&"-l") || words.contains(&"--list") {
        return Effect::Reads;
    }
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
        if gives {
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
    let reads = code.is_some_and(|code| known.contains(&code.trim_end_matches(".ok"))) && others <= 1;
    Effect::reads_if(reads, "what `mongosh` evaluates is not known to read")
}

/// Functions and keywords that may stand before a bracket in a reading query.
const CALLS: &[&str] = &[
    "count",
    "sum",
    "min",
    "max",
    "avg",
    "now",
    "version",
    "coalesce",
    "round",
    "lower",
    "upper",
    "length",
    "trim",
    "abs",
    "age",
    "extract",
    "date_trunc",
    "to_char",
    "current_setting",
    "current_database",
    "pg_database_size",
    "pg_size_pretty",
    "pg_relation_size",
    "pg_total_relation_size",
    "pg_is_in_recovery",
    "pg_postmaster_start_time",
    "exists",
    "in",
    "values",
    "as",
    "and",
    "or",
    "from",
    "where",
    "not",
    "any",
    "all",
    "over",
    "on",
    "using",
    "select",
    "case",
    "when",
    "then",
    "else",
    "interval",
    "cast",
    "nullif",
    "greatest",
    "least",
    "row_number",
    "distinct",
    "by",
    "having",
    "join",
    "filter",
    "string_agg",
    "array_agg",
    "concat",
    "current_date",
    "explain",
    "varchar",
    "numeric",
];
/// Words that must not stand in a reading query.
const WRITES: &[&str] = &[
    "insert", "update", "delete", "drop", "alter", "create", "truncate", "grant", "revoke", "copy", "call",
    "do", "vacuum", "reindex", "cluster", "refresh", "lock", "set", "reset", "into", "merge", "replace",
    "execute", "prepare", "analyze", "analyse", "listen", "notify", "begin", "commit", "rollback", "start",
    "import", "security", "comment", "outfile", "dumpfile", "load", "rename", "attach", "pragma", "kill",
    "share",
];

/// Whether every statement of `sql` is known to read: `SELECT`, `SHOW`, `EXPLAIN`, `TABLE`, and psql's `\d`, `\l` families.
pub fn sql_reads(sql: &str) -> bool {
    let trimmed = sql.trim();
    if let Some(meta) = trimmed.strip_prefix('\\') {
        let command = meta.split_whitespace().next().unwrap_or_default();
        return !meta.contains(['|', '`', '>', '\n', '\\', ';'])
            && (command.starts_with('d')
                || matches!(command, "l" | "l+" | "conninfo" | "z" | "du" | "dt+" | "encoding"));
    }
    let Some(tokens) = sql_tokens(trimmed) else {
        return false;
    };
    let mut statements = tokens
        .split(|token| token == ";")
        .filter(|statement| !statement.is_empty())
        .peekable();
    statements.peek().is_some() && statements.all(statement_reads)
}

fn statement_reads(tokens: &[String]) -> bool {
    let first = tokens[0].as_str();
    let opens = matches!(
        first,
        "select" | "show" | "explain" | "table" | "with" | "values" | "describe" | "desc"
    );
    let calls = tokens
        .windows(2)
        .all(|pair| pair[1] != "(" || !is_name(&pair[0]) || CALLS.contains(&pair[0].as_str()));
    let qualified = tokens
        .windows(3)
        .any(|three| three[0] == "." && is_name(&three[1]) && three[2] == "(");
    opens && calls && !qualified && !tokens.iter().any(|token| WRITES.contains(&token.as_str()))
}

fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '"'))
}

/// Words in lower case and single marks; strings become `'`. `None` for comments, backslashes and dollar quotes.
fn sql_tokens(sql: &str) -> Option<Vec<String>> {
    if sql.contains("--")
        || sql.contains("/*")
        || sql.contains('\\')
        || sql.contains('$')
        || sql.contains('`')
    {
        return None;
    }
    let mut tokens: Vec<String> = Vec::new();
    let mut rest = sql;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '\'' => rest[1..].find('\'')? + 2,
            '"' => rest[1..].find('"')? + 2,
            c if c.is_alphanumeric() || c == '_' => rest
                .find(|c: char| !(c.is_alphanumeric() || c == '_'))
                .unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        match c {
            '\'' => tokens.push("'".to_owned()),
            c if c.is_whitespace() => {}
            _ => tokens.push(rest[..length].to_lowercase()),
        }
        rest = &rest[length..];
    }
    Some(tokens)
}
