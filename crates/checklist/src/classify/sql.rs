//! Whether SQL is known to read.

use super::FILLED;

/// Functions and keywords that may stand before a bracket in a reading query.
#[rustfmt::skip] // names in rows
const CALLS: &[&str] = &[
    "count", "sum", "min", "max", "avg", "now", "version", "coalesce", "round", "lower", "upper",
    "length", "trim", "abs", "age", "extract", "date_trunc", "to_char", "current_setting",
    "current_database", "pg_database_size", "pg_size_pretty", "pg_relation_size",
    "pg_total_relation_size", "pg_is_in_recovery", "pg_last_xact_replay_timestamp", "pg_last_wal_receive_lsn", "pg_last_wal_replay_lsn", "pg_current_wal_lsn", "pg_wal_lsn_diff", "pg_table_size", "pg_indexes_size", "pg_blocking_pids", "pg_backend_pid", "to_regclass", "json_agg", "jsonb_agg", "row_to_json", "percentile_cont", "within", "substring", "split_part", "database", "left", "right", "ifnull", "if", "date", "pg_postmaster_start_time", "exists", "in", "values",
    "as", "and", "or", "from", "where", "not", "any", "all", "over", "on", "using", "select", "case",
    "when", "then", "else", "interval", "cast", "nullif", "greatest", "least", "row_number", "distinct",
    "by", "having", "join", "filter", "string_agg", "array_agg", "concat", "current_date", "explain",
    "varchar", "numeric",
];
/// Words that must not stand in a reading query.
#[rustfmt::skip] // names in rows
const WRITES: &[&str] = &[
    "insert", "update", "delete", "drop", "alter", "create", "truncate", "grant", "revoke", "copy",
    "call", "do", "vacuum", "reindex", "cluster", "refresh", "lock", "set", "reset", "into", "merge",
    "replace", "execute", "prepare", "analyze", "analyse", "listen", "notify", "begin", "commit",
    "rollback", "start", "import", "security", "comment", "outfile", "dumpfile", "load", "rename",
    "attach", "pragma", "kill", "share",
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
    if trimmed.contains(FILLED) {
        return false;
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
    if first == "pragma" {
        return pragma_reads(&tokens[1..]);
    }
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
    let mut variables = tokens.iter().enumerate().filter(|(at, token)| {
        let beside = |at: Option<usize>| at.and_then(|at| tokens.get(at)).is_some_and(|token| token == ":");
        *token == ":" && !beside(at.checked_sub(1)) && !beside(Some(at + 1))
    });
    opens
        && calls
        && !qualified
        && variables.next().is_none()
        && !tokens.iter().any(|token| WRITES.contains(&token.as_str()))
}

/// Settings of SQLite that are asked for, and its own checks.
fn pragma_reads(tokens: &[String]) -> bool {
    let asks = [
        "integrity_check",
        "quick_check",
        "foreign_key_check",
        "journal_mode",
        "user_version",
        "foreign_keys",
        "page_count",
        "database_list",
        "table_list",
    ];
    match tokens {
        [name] => asks.contains(&name.as_str()),
        [name, open, table, close] => {
            matches!(name.as_str(), "table_info" | "index_list" | "foreign_key_list")
                && open == "("
                && close == ")"
                && is_name(table)
        }
        _ => false,
    }
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
            // A comment of MySQL: what follows is not what it seems to be.
            '#' => return None,
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
