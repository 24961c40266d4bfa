//! The words that stand between a command and what it must give, in several languages.

use super::value::{self, Verb};
use super::{Holds, Said};
use crate::phrases::{Lower, Phrases};
use std::sync::LazyLock;

/// Where a verb stands.
pub struct Found {
    /// Its first byte.
    pub at: usize,
    /// Its length in bytes.
    pub length: usize,
    /// How it compares.
    pub verb: Verb,
    /// "not" stands before it.
    pub negated: bool,
}

/// The verbs, each list joined by commas: English, German, French, Spanish, Portuguese, Chinese, Japanese.
const VERBS: &[(Verb, &str)] = &[
    (
        Verb::Equals,
        "should return, should be, should respond with, should respond, should answer, should equal, \
         should give, should yield, should read, must be, must return, must respond with, must equal, \
         will return, will be, responds with, responds, respond with, returns, return, returning, \
         equals, equal to, answers with, answers, gives, yields, is, are, to be, be, =>, ->, →, ⇒, ➜, \
         ==, sollte, soll, muss, gibt, liefert, ist, sind, antwortet mit, antwortet, ergibt, \
         doit retourner, doit renvoyer, doit être, doit répondre, renvoie, retourne, est, répond, \
         debe devolver, debe retornar, debe ser, debe estar, debe responder, debería devolver, \
         debería ser, debería estar, devuelve, retorna, responde con, responde, está, deve retornar, \
         deve devolver, deve ser, deve estar, deve responder, devolve, 应该返回, 应返回, 返回, 应该为, 应为, 应该是, \
         应是, 输出为, 为",
    ),
    (
        Verb::Contains,
        "should show, should contain, should include, should print, should output, should display, \
         should say, should list, must show, must contain, must include, will show, will print, \
         expected output:, expected output, expected result:, expected result, expected response:, \
         expected response, expected:, expected, expecting, expects, expect:, expect, outputs, \
         output:, result:, response:, prints, displays, reports, says, contains, contain, includes, \
         include, shows, show, lists, erwartete ausgabe:, erwartetes ergebnis:, erwartet wird, \
         erwartet:, erwartet, zeigt, enthält, ausgabe:, doit afficher, doit contenir, affiche, \
         contient, résultat attendu :, résultat attendu:, attendu :, attendu:, debe mostrar, \
         debe contener, muestra, contiene, resultado esperado:, esperado:, salida esperada:, \
         se espera, deve mostrar, deve exibir, deve conter, mostra, exibe, contém, saída esperada:, \
         应该显示, 应显示, 显示, 应该包含, 应包含, 包含, 应该输出, 应输出, 预期输出, 预期结果, 预期, 期望, 输出, 期待される出力, 期待値, 期待結果",
    ),
    (
        Verb::Matches,
        "should match, must match, matches, match, entspricht, 匹配",
    ),
];

/// Japanese puts the verb behind its object: "200 を返す".
const BEHIND: &[(&str, Verb)] = &[
    ("を返", Verb::Equals),
    ("が返", Verb::Equals),
    ("であること", Verb::Equals),
    ("になること", Verb::Equals),
    ("と表示", Verb::Contains),
    ("が表示", Verb::Contains),
    ("を含", Verb::Contains),
    ("が含", Verb::Contains),
];

/// Most verbs of a text that are looked at.
const MOST: usize = 8;

/// The verbs by their first byte, so that a place of a text is compared with those only that can begin there.
static BY_FIRST: LazyLock<Vec<Vec<(&'static str, Verb)>>> = LazyLock::new(|| {
    let mut rows = vec![Vec::new(); 256];
    let words = VERBS
        .iter()
        .flat_map(|(verb, words)| words.split(", ").map(move |word| (word, *verb)));
    for (word, verb) in words {
        rows[usize::from(word.as_bytes()[0])].push((word, verb));
    }
    rows
});

/// The verbs by their last byte, without a colon behind them.
static BY_LAST: LazyLock<Vec<Vec<&'static str>>> = LazyLock::new(|| {
    let mut rows = vec![Vec::new(); 256];
    let words = VERBS.iter().flat_map(|(_, words)| words.split(", "));
    for word in words.map(|word| word.trim_end_matches([':', ' '])) {
        if let Some(last) = word.as_bytes().last() {
            rows[usize::from(*last)].push(word);
        }
    }
    rows
});

/// The verbs of a text, in order; of those that begin at one place the longest.
pub fn all(text: &str) -> Vec<Found> {
    let lower = text.to_ascii_lowercase();
    let mut found: Vec<Found> = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    let mut code = false;
    let mut before = None;
    for (at, c) in lower.char_indices() {
        let edge = word_edge(before.replace(c));
        code ^= c == '`';
        if code || (!edge && !symbol(c)) {
            continue;
        }
        for (word, verb) in &BY_FIRST[usize::from(lower.as_bytes()[at])] {
            let rest = &lower[at..];
            let ends = rest.starts_with(word)
                && (word.chars().next_back().is_some_and(symbol)
                    || word_edge(rest[word.len()..].chars().next()));
            if ends && !seen.contains(word) {
                seen.push(word);
                let before = lower[..at].trim_end();
                found.push(Found {
                    at,
                    length: word.len(),
                    verb: *verb,
                    negated: NEGATIONS.iter().any(|no| before.ends_with(no)),
                });
            }
        }
    }
    found.sort_by_key(|found| (found.at, std::cmp::Reverse(found.length)));
    found.dedup_by_key(|found| found.at);
    found.truncate(MOST);
    found
}

/// Words before a verb that deny it.
const NEGATIONS: &[&str] = &[
    "not",
    "n't",
    "never",
    "cannot",
    "nicht",
    "不",
    "不应",
    "不应该",
    "no debe",
    "não",
];

/// What stands before a verb that comes last.
pub fn behind(text: &str) -> Option<Said> {
    if text.is_ascii() {
        return None;
    }
    let (at, word, verb) = BEHIND
        .iter()
        .filter_map(|(word, verb)| Some((text.find(word)?, *word, *verb)))
        .min_by_key(|(at, ..)| *at)?;
    let object = text[..at].trim_end();
    let start = match object.strip_suffix('`') {
        Some(inside) => inside.rfind('`')?,
        None => {
            object
                .char_indices()
                .rev()
                .take_while(|(_, c)| c.is_ascii_alphanumeric() || *c == '空')
                .last()?
                .0
        }
    };
    let end = at + word.len();
    let holds: Holds = value::read(&object[start..], verb, false)?;
    Some(Said {
        words: text[start..end].to_owned(),
        holds,
    })
}

/// Words that ask for a look for what follows.
static HUNTS: Phrases = Phrases::new(
    "search for, search logs for, search the logs for, look for, look out for, looking for, scan for, scan logs for, \
    check for, checking for, watch for, grep for, nach fehlern, auf fehler, rechercher les erreurs, vérifier les erreurs, \
    buscar errores, procurar erros, verificar erros, поиск ошибок, 检查错误, 查找错误, エラーを確認",
);

/// What nobody hopes to find.
static BAD: Phrases = Phrases::new(
    "violation, error, failure, failed, exception, leak, todo, fixme, vulnerab, denied, panic, crash, timeout, warning, \
    traceback, fatal, oom, deadlock, orphan, hardcoded, hard-coded, secret, console.log, debug statement, breach, attack, anomal, \
    fehler, erreur, errores, erros, ошиб, 错误, エラー",
);

/// "Search for rate limit violations": there must be none.
pub fn hunts(lower: &Lower) -> bool {
    HUNTS.of(lower).any(|verb| {
        let (_, rest) = lower.split_once(verb).unwrap_or_default();
        let end = rest
            .find(['.', ':', ';', '。', '：'])
            .filter(|end| !rest[*end..].starts_with(".log"));
        let object = &rest[..end.unwrap_or(rest.len())];
        !verb.is_ascii() || !verb.ends_with("for") || BAD.iter().any(|bad| object.contains(bad))
    })
}

/// Whether words before a command that there is none mean errors, or say nothing of the kind.
pub fn means_errors(before: &str) -> bool {
    let lower = Lower::of(before);
    let errors = [
        "error",
        "exception",
        "fail",
        "warn",
        "critical",
        "problem",
        "issue",
        "crash",
        "fatal",
        "panic",
        "fehler",
        "erreur",
        "erro",
        "ошиб",
        "错误",
        "异常",
        "エラー",
        "異常",
        "에러",
        "오류",
    ];
    !super::says_none(&Lower::of(super::cut(before))) && !hunts(&lower) || lower.any(&errors)
}

/// Whether the words before inline code end in a verb, so that the code is what must come out and no command.
pub fn ends_with_verb(before: &str) -> bool {
    let lower = before
        .trim_end()
        .trim_end_matches([':', '*', '"'])
        .trim_end()
        .to_ascii_lowercase();
    let symbol = |word: &str| !word.starts_with(|c: char| c.is_ascii_alphabetic());
    let ends = |word: &&str| {
        lower.strip_suffix(word).is_some_and(|rest| {
            symbol(word) || rest.is_empty() && word.contains(' ') || rest.ends_with([' ', ',', '(', '`'])
        })
    };
    let words = lower.as_bytes().last().map(|last| &BY_LAST[usize::from(*last)]);
    words.is_some_and(|words| words.iter().any(ends)) || lower.ends_with(" or")
}

/// Beginnings of a comment or a paragraph that announces what a command prints.
static ANNOUNCES: Phrases = Phrases::new(
    "expect, should, =>, ->, →, output:, outputs:, returns, result:, response:, must , sample output, sample response, \
    example output, example response, erwartet, sollte, attendu, résultat attendu, sortie attendue, esperado, salida esperada, \
    saída esperada, resultado esperado, 预期, 期望, 应该, 应返回, 应为, 应显示, 应包含, 应输出, 期待",
);

/// Whether a comment or a paragraph announces what a command before it prints.
pub fn announces(text: &str) -> bool {
    let lower = Lower::of(text.trim_start_matches(['*', '_', '#', '>', ' ']));
    ANNOUNCES.begins(&lower)
        || lower.any(&[
            "should return",
            "should output",
            "should print",
            "expected output",
            "expected response",
            "should see",
        ])
}

/// Nothing that continues a word.
fn word_edge(c: Option<char>) -> bool {
    !c.is_some_and(|c| c.is_alphanumeric() || matches!(c, '`' | '-' | '_'))
}

/// A mark, or a letter of Chinese and Japanese, which put no space between words.
fn symbol(c: char) -> bool {
    !c.is_alphabetic() || c > '\u{2e80}'
}
