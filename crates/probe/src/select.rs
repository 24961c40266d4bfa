//! Whether a query is known to read only. Conservative: what is not known is refused, and the reason says what.

/// The longest query that is looked at, in bytes.
const LONGEST: usize = 16 * 1024;

/// Functions of Postgres that read, and keywords that may stand before a bracket.
const KNOWN: &[&str] = &[
    "abs",
    "age",
    "all",
    "and",
    "any",
    "array",
    "array_agg",
    "array_length",
    "array_to_string",
    "as",
    "avg",
    "between",
    "bool_and",
    "bool_or",
    "btrim",
    "by",
    "cardinality",
    "case",
    "cast",
    "ceil",
    "ceiling",
    "char_length",
    "coalesce",
    "col_description",
    "concat",
    "concat_ws",
    "count",
    "cume_dist",
    "current_database",
    "current_schema",
    "current_setting",
    "date_part",
    "date_trunc",
    "dense_rank",
    "distinct",
    "else",
    "every",
    "except",
    "exists",
    "extract",
    "filter",
    "first_value",
    "floor",
    "format",
    "format_type",
    "from",
    "greatest",
    "group",
    "has_database_privilege",
    "has_schema_privilege",
    "has_table_privilege",
    "having",
    "ilike",
    "in",
    "initcap",
    "intersect",
    "interval",
    "is",
    "join",
    "jsonb_array_length",
    "json_array_length",
    "lag",
    "last_value",
    "lateral",
    "lead",
    "least",
    "left",
    "length",
    "like",
    "limit",
    "lower",
    "ltrim",
    "make_interval",
    "max",
    "md5",
    "min",
    "mod",
    "not",
    "now",
    "nullif",
    "obj_description",
    "octet_length",
    "offset",
    "on",
    "or",
    "over",
    "partition",
    "percentile_cont",
    "percentile_disc",
    "percent_rank",
    "pg_backend_pid",
    "pg_column_size",
    "pg_conf_load_time",
    "pg_current_wal_lsn",
    "pg_database_size",
    "pg_get_constraintdef",
    "pg_get_expr",
    "pg_get_indexdef",
    "pg_get_userbyid",
    "pg_indexes_size",
    "pg_is_in_recovery",
    "pg_last_wal_receive_lsn",
    "pg_last_wal_replay_lsn",
    "pg_last_xact_replay_timestamp",
    "pg_postmaster_start_time",
    "pg_relation_size",
    "pg_size_pretty",
    "pg_table_size",
    "pg_tablespace_size",
    "pg_total_relation_size",
    "pg_wal_lsn_diff",
    "position",
    "power",
    "quote_ident",
    "quote_literal",
    "rank",
    "replace",
    "right",
    "round",
    "row",
    "row_number",
    "rtrim",
    "select",
    "sign",
    "some",
    "split_part",
    "sqrt",
    "starts_with",
    "stddev",
    "string_agg",
    "strpos",
    "substr",
    "substring",
    "sum",
    "then",
    "to_char",
    "to_date",
    "to_number",
    "to_regclass",
    "to_timestamp",
    "trim",
    "trunc",
    "txid_current_if_assigned",
    "union",
    "upper",
    "using",
    "values",
    "variance",
    "version",
    "when",
    "where",
    "width_bucket",
    "within",
    "xor",
];

/// Words that make a query change or lock something, wherever they stand.
const CHANGING: &[&str] = &[
    "alter",
    "analyze",
    "call",
    "checkpoint",
    "cluster",
    "commit",
    "copy",
    "create",
    "deallocate",
    "delete",
    "discard",
    "do",
    "drop",
    "execute",
    "for",
    "grant",
    "import",
    "insert",
    "into",
    "listen",
    "load",
    "lock",
    "merge",
    "notify",
    "prepare",
    "refresh",
    "reindex",
    "release",
    "reset",
    "revoke",
    "rollback",
    "savepoint",
    "set",
    "truncate",
    "unlisten",
    "update",
    "vacuum",
];

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    Quoted,
    Text,
    Number,
    Open,
    Close,
    Dot,
    End,
    Sign,
}

/// Accepts one SELECT, WITH … SELECT or SHOW that calls only known functions.
///
/// # Errors
/// What is not known, in words.
pub(crate) fn check(sql: &str) -> Result<(), String> {
    if sql.len() > LONGEST {
        return Err("it is longer than 16 KB".to_owned());
    }
    let tokens = tokens(sql)?;
    let body = match tokens.iter().position(|token| *token == Token::End) {
        Some(at) if tokens[at..].iter().all(|token| *token == Token::End) => &tokens[..at],
        Some(_) => return Err("it is more than one statement".to_owned()),
        None => &tokens[..],
    };
    match body.first() {
        Some(Token::Word(word)) if word == "show" => return check_show(&body[1..]),
        Some(Token::Word(word)) if word == "select" || word == "with" => {}
        Some(Token::Word(word)) => return Err(format!("it begins with {}", word.to_uppercase())),
        Some(_) | None => return Err("it does not begin with SELECT, WITH or SHOW".to_owned()),
    }
    for (at, token) in body.iter().enumerate() {
        let next = body.get(at + 1);
        match token {
            Token::Word(word) if CHANGING.contains(&word.as_str()) => {
                return Err(format!("{} may change or lock something", word.to_uppercase()));
            }
            Token::Word(word) if next == Some(&Token::Open) => {
                let qualified = at >= 1 && body[at - 1] == Token::Dot;
                let catalogue = at >= 2 && body[at - 2] == Token::Word("pg_catalog".to_owned());
                if qualified && !catalogue || !KNOWN.contains(&word.as_str()) {
                    return Err(format!("the function {word} is not known to read only"));
                }
            }
            Token::Quoted if next == Some(&Token::Open) => {
                return Err("a function with a quoted name is not known to read only".to_owned());
            }
            Token::Word(_)
            | Token::Quoted
            | Token::Text
            | Token::Number
            | Token::Open
            | Token::Close
            | Token::Dot
            | Token::End
            | Token::Sign => {}
        }
    }
    Ok(())
}

fn check_show(rest: &[Token]) -> Result<(), String> {
    let plain = |token: &Token| matches!(token, Token::Word(_) | Token::Dot);
    if !rest.is_empty() && rest.iter().all(plain) {
        Ok(())
    } else {
        Err("SHOW takes one name".to_owned())
    }
}

fn tokens(sql: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            c if c.is_ascii_whitespace() => 1,
            '-' if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => return Err("comments of this kind are not read".to_owned()),
            '\'' | '"' => {
                let (length, inner) = quoted(rest, first)?;
                if inner.contains('\\') {
                    return Err(
                        "a backslash within quotes is read differently by different servers".to_owned(),
                    );
                }
                tokens.push(if first == '"' { Token::Quoted } else { Token::Text });
                length
            }
            c if c.is_ascii_alphabetic() || c == '_' => {
                let length = rest
                    .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '$'))
                    .unwrap_or(rest.len());
                let word = rest[..length].to_ascii_lowercase();
                if word.contains('$') || rest[length..].starts_with('\'') || rest[length..].starts_with("&'")
                {
                    return Err(format!("{word} begins a form that is not read"));
                }
                tokens.push(Token::Word(word));
                length
            }
            c if c.is_ascii_digit() => {
                tokens.push(Token::Number);
                rest.find(|c: char| !(c.is_ascii_digit() || c == '.'))
                    .unwrap_or(rest.len())
            }
            '(' => push(&mut tokens, Token::Open),
            ')' => push(&mut tokens, Token::Close),
            '.' => push(&mut tokens, Token::Dot),
            ';' => push(&mut tokens, Token::End),
            ',' | '*' | '=' | '<' | '>' | '+' | '-' | '/' | '%' | '|' | '!' | '~' | ':' | '[' | ']' => {
                push(&mut tokens, Token::Sign)
            }
            other => return Err(format!("the character {} is not read", other.escape_default())),
        };
        rest = &rest[length..];
    }
    Ok(tokens)
}

fn push(tokens: &mut Vec<Token>, token: Token) -> usize {
    tokens.push(token);
    1
}

/// The length of a quoted text with its quotes, and what is inside; a doubled quote is one quote.
fn quoted(text: &str, quote: char) -> Result<(usize, &str), String> {
    let mut at = 1;
    loop {
        let end = at + text[at..].find(quote).ok_or("a quote is not closed")?;
        if text[end + 1..].starts_with(quote) {
            at = end + 2;
        } else {
            return Ok((end + 1, &text[1..end]));
        }
    }
}

#[cfg(test)]
mod tests;
