//! The words of a denial, in the languages that expectations are read in.

use crate::phrases::{Lower, Phrases};

/// What a line denies.
#[derive(Debug, Default)]
pub struct Denials {
    /// "not", "no", "without"
    not: usize,
    /// "removed", "gone"
    gone: usize,
    /// "closed", "missing", "fails"
    other: usize,
    /// "no … left": it turns nothing round.
    left: usize,
    /// What is gone is gone from somewhere else.
    from: bool,
}

impl Denials {
    /// Whether anything is denied.
    pub fn any(&self) -> bool {
        self.not + self.gone + self.other + self.left > 0
    }

    /// Whether all that is said is that something is gone.
    pub fn only_gone(&self) -> bool {
        self.gone > 0 && self.not + self.other + self.left == 0 && !self.from
    }

    /// "must not be deleted", "no healthcheck missing"
    pub fn turned_back(&self) -> bool {
        self.not > 0 && self.gone + self.other > 0 || self.not > 1
    }
}

/// Words that deny what follows.
static NOT: Phrases = Phrases::new(
    "not, no, never, without, none, nobody, nothing, neither, nor, zero, cannot, cant, dont, doesnt, isnt, \
    nicht, kein, keine, keinen, keiner, keinem, keinerlei, nie, niemals, niemand, ohne, ne, pas, aucun, aucune, sans, jamais, \
    sin, ningún, ninguna, ninguno, nunca, nadie, não, sem, nenhum, nenhuma, ninguém, non, senza, nessun, nessuno, nessuna, \
    не, нет, без, ни, никто, никогда, нельзя",
);

/// Words that say that something is not there any more.
static GONE: Phrases = Phrases::new(
    "gone, absent, removed, deleted, uninstalled, purged, weg, entfernt, gelöscht, deinstalliert, \
    absente",
);

/// Words that say that something is not there, does not work or is not let in.
static OTHER: Phrases = Phrases::new(
    "dropped, closed, stopped, disabled, blocked, refused, refuses, rejected, rejects, denied, denies, fail, fails, \
    failed, failing, unreachable, unavailable, inaccessible, missing, away, expired, revoked, decommissioned, \
    forbidden, prevented, prohibited, down, wiped, emptied, cleared, destroyed, deactivated, inactive, terminated, killed, retired, \
    unset, undefined, lost, offline, hidden, invisible, unauthorized, unauthorised, unauthenticated, \
    restricted, protected, unmounted, detached, disconnected, suspended, paused, cancelled, canceled, aborted, unregistered, cleaned, \
    vanished, disappeared, dead, blocks, blocking, closes, stops, close, kill, terminate, shut, excluded, remove, delete, disable, block, revoke, uninstall, stop, drop, \
    gestoppt, deaktiviert, gesperrt, blockiert, geschlossen, abgelehnt, verweigert, abgeschaltet, ausgeschaltet, abgebaut, \
    fehlt, fehlen, unerreichbar, abgelaufen, widerrufen, ausente, inaccesible, inacessível",
);

/// Beginnings of words that say that something is gone.
static GONE_STEMS: Phrases = Phrases::new(
    "supprim, eliminad, borrad, removid, excluíd, apagad, désinstall, desinstalad, rimoss, eliminat, удал",
);

/// Beginnings of other words.
static OTHER_STEMS: Phrases = Phrases::new(
    "arrêté, désactiv, bloqu, fermé, refus, rejet, révoqu, expiré, detenid, desactivad, deshabilitad, bloquead, \
    cerrad, rechazad, denegad, revocad, expirad, desativad, desabilitad, fechad, recusad, rejeitad, negad, revogad, \
    disabilitat, disattivat, bloccat, chius, rifiutat, остановл, отключ, закрыт, заблокир, отклон, запрещ, отсутств, недоступ, выключ, отозван, истек",
);

/// Chinese, Japanese and Korean, which put no space between words.
static UNSPACED_NOT: Phrases = Phrases::new("不, 没, 无, 無, 未, ない, なし, ません, 없, 않");
static UNSPACED_GONE: Phrases = Phrases::new("已删除, 已刪除, 删除, 移除, 削除, 삭제, 제거");
static UNSPACED_OTHER: Phrases =
    Phrases::new("停止, 禁用, 关闭, 關閉, 拒绝, 拒否, 阻止, 遮断, 閉じ, 중지, 차단, 거부, 비활성");

/// Phrases that say that something is not let in or does not answer.
static PHRASES: Phrases = Phrases::new(
    "requires auth, require auth, requires login, require login, requires a login, requires a token, requires token, \
    needs auth, needs a token, needs login, auth required, authentication required, login required, token required, only admin, only for admin, only authenticated, only authorized, only authorised, only logged-in, \
    only logged in, only signed-in, only staff, only members, only internal, only from the vpn, only via vpn, only the owner, admin only, \
    admins only, admin-only, staff only, internal only, members only, vpn only, nur admin, nur für admin, nur intern, nur angemeldete, \
    seuls les admin, réservé aux, solo admin, solo los admin, solo para admin, somente admin, apenas admin, 仅管理员, 只有管理员, 管理者のみ, \
    관리자만, только админ, только для админ, times out, timed out, \
    returns an error, returns error, gives an error, errors out, access denied",
);

/// Phrases that deny nothing that a probe shows.
static FRIENDS: Phrases = Phrases::new(
    "not empty, not be empty, non-empty, non empty, is not zero, not zero, not null, not just, not only, not later than, no later than, \
    no auth needed, no auth required, no authentication required, no authentication needed, no login required, no login needed, \
    no token needed, no token required, auth not required, not required, not needed, not yet expired, not expired, does not expire, \
    doesn't expire, no longer than, no more than, not more than, no less than, not less than, no fewer than, no slower than, \
    not slower than, no older than, not older than, not exceed, never exceed, not in use, whether or not, or not, if not, if missing, \
    if it fails, if this fails, if absent, no matter, zero downtime, no downtime, without downtime, no data loss, zero data loss, \
    without data loss, without restart, without problems, do not commit, don't commit, never commit, nicht leer, non vide, no vacío, não vazio, не пуст, does not fail, \
    closed beta, sign off, 不为空, 非空, 不超过, 不低于, 不少于, 不大于, 无错误, 没有错误, 无异常, 没有异常, 无误, 未被占用, 无停机, \
    エラーなし, エラーがない, 異常なし, 問題なし",
);

/// Beginnings of what there may well be none of where all is good: "no errors", "without pending migrations".
static PROBLEMS: Phrases = Phrases::new(
    "error, warning, vulnerab, drift, differ, conflict, issue, problem, failure, failed, failing, exception, regress, \
    violation, finding, uncommitted, unapplied, pending, missing, unresolved, broken, crash, timeout, leak, downtime, outage, \
    interrupt, dropped, loss, change, fehler, warnung, unterbrechung, änderung, erreur, avertissement, modification, erro, errores, aviso, \
    problema, cambio, ошиб, проблем, advisor, invalid, obsolete, unhealthy, restart, duplicate",
);

/// What the words of a line deny; inline code, between backticks, says nothing.
pub fn denials(text: &str) -> Denials {
    let mut text = Lower::from(spoken(text));
    for friend in FRIENDS.iter() {
        if text.contains(friend) {
            text = text.replace(friend, " ; ").into();
        }
    }
    let words: Vec<&str> = tokens(&text).collect();
    let portuguese = words.iter().any(|word| portuguese(word));
    let mut found = Denials::default();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        at += 1;
        let not = denies(word) && !(portuguese && *word == "no");
        if not {
            let number = *word == "no" && words.get(at).is_some_and(|next| next.starts_with('#'));
            match problem(&words[at..]) {
                Some(length) => at += length,
                None if number => {}
                None if longer(&words[at..]) => found.gone += 1,
                None if not_there(&words[at..]) => {
                    found.gone += 1;
                    at += 1;
                }
                None => found.not += 1,
            }
        } else if GONE.has(word) || GONE_STEMS.begins(word) {
            found.gone += 1;
            found.from |= words.get(at).is_some_and(|next| FROM.contains(next));
        } else if matches!(*word, "left" | "leftover" | "leftovers") {
            found.left += 1;
        } else if OTHER.has(word) || OTHER_STEMS.begins(word) || off(word, &words, at) {
            found.other += 1;
        }
    }
    found.other += PHRASES.of(&text).count();
    if !text.is_ascii() {
        found.not += UNSPACED_NOT.of(&text).count();
        found.gone += UNSPACED_GONE.of(&text).count();
        found.other += UNSPACED_OTHER.of(&text).count();
    }
    found
}

/// Words of a language in which "no" is "in the".
static PORTUGUESE: Phrases = Phrases::new(
    "da, dos, das, em, uma, foi, ao, aos, na, nas, nos, pelo, pela, e, arquivo, arquivos, banco",
);

fn portuguese(word: &str) -> bool {
    PORTUGUESE.has(word) || word.contains(['ã', 'õ', 'ç']) || word.ends_with("veis") || word.ends_with("ível")
}

/// A text without what stands between parentheses.
pub fn without_asides(text: &str) -> String {
    let mut open = 0_usize;
    text.chars()
        .filter(|c| {
            match c {
                '(' | '（' => open += 1,
                ')' | '）' => {
                    open = open.saturating_sub(1);
                    return false;
                }
                _ => {}
            }
            open == 0
        })
        .collect()
}

/// Words between "removed" and the place that something was removed from.
const FROM: &[&str] = &["from", "in", "aus", "de", "du", "do", "da", "del", "из", "dal"];

fn denies(word: &str) -> bool {
    NOT.has(word) || word.ends_with("n't") || word.starts_with("n'") && word.len() > 2
}

/// "debug is off", "turned off"
fn off(word: &str, words: &[&str], at: usize) -> bool {
    let before = at.checked_sub(2).and_then(|before| words.get(before));
    word == "off"
        && before.is_none_or(|before| !matches!(*before, "sign" | "kick" | "back" | "hand" | "signed"))
}

/// "no longer exists"
fn longer(rest: &[&str]) -> bool {
    matches!(rest, ["longer", "exists" | "exist" | "present", ..])
}

/// "does not exist"
fn not_there(rest: &[&str]) -> bool {
    matches!(rest, ["exist" | "exists" | "present", ..])
}

/// How many words follow up to the problem that there is none of.
fn problem(rest: &[&str]) -> Option<usize> {
    rest.iter()
        .take(4)
        .take_while(|word| **word != ";")
        .position(|word| PROBLEMS.begins(word))
        .map(|at| at + 1)
}

/// Whether the words right before what was read as expected deny it: "does not return 200".
pub fn deny_before(text: &str, said: &str) -> bool {
    if said.is_empty() {
        return false;
    }
    let Some(at) = text.find(said) else { return false };
    let before = spoken(&text[..at]);
    let last: Vec<&str> = tokens(&before).collect();
    let near = last.iter().rev().take(3).take_while(|word| **word != ";");
    near.filter(|word| {
        !matches!(
            **word,
            "without" | "ohne" | "sans" | "sin" | "sem" | "без" | "zero"
        )
    })
    .any(|word| denies(word))
        || before.trim_end().ends_with(['不', '没', '未'])
}

/// Longest text that is searched, in bytes.
const LONGEST: usize = 2000;

/// The words in lower case without inline code.
fn spoken(text: &str) -> String {
    let text = &text[..text.floor_char_boundary(LONGEST)];
    let mut out = String::with_capacity(text.len());
    for (at, part) in text.split('`').enumerate() {
        out.push_str(if at % 2 == 0 { part } else { " ` " });
    }
    out.to_lowercase().replace('’', "'").replace(['*', '\n'], " ")
}

/// Whether a line is code alone.
pub fn only_code(text: &str) -> bool {
    !spoken(text).contains(char::is_alphanumeric)
}

/// Words one after another; ";" stands for the end of a clause, a number after "No." begins with "#".
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace().flat_map(|word| {
        let plain = word.trim_matches(|c: char| !c.is_alphanumeric());
        let address = plain.contains("://") || plain.contains('.') || plain.contains('@');
        let number = plain.starts_with(|c: char| c.is_ascii_digit());
        let ends = word.ends_with(['.', ';', ',', ':', ')', '!', '?']) && !plain.is_empty();
        let plain = if number { "#" } else { plain };
        let parts = if address { "" } else { plain };
        let kept = |part: &&str| !part.is_empty();
        parts
            .split(['/', ',', ':', '(', ')', '—', '–', '→'])
            .filter(kept)
            .chain((ends && word != "no.").then_some(";"))
    })
}

/// Beginnings of lines that ask a person to write something down.
const NOTES: &[&str] = &[
    "record",
    "note",
    "write",
    "document",
    "save",
    "log",
    "capture",
    "notiere",
    "notieren",
    "noter",
    "anotar",
    "anota",
    "registrar",
    "записать",
    "запишите",
];

/// "Record the baseline: …"
pub fn notes(text: &str) -> bool {
    let text = spoken(text);
    let mut words = text
        .split_whitespace()
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()));
    let first = words.find(|word| !word.is_empty()).unwrap_or_default();
    // "Log level is …", "Document root …": what is recorded stands behind an article or a plain noun.
    let second = words.next().unwrap_or_default();
    let article = matches!(
        second,
        "the" | "a" | "an" | "current" | "baseline" | "down" | "all" | "your"
    );
    match first {
        "log" | "document" | "note" | "capture" | "save" => article,
        first => NOTES.contains(&first),
    }
}

/// Beginnings of lines that ask a person to look, to judge or to tell.
static PERSONS: Phrases = Phrases::new(
    "review, read, look, inspect, watch, observe, eyeball, discuss, decide, approve, judge, compare, skim, go, walk, announce, notify, tell, \
    inform, ask, prüfe, prüfen, ansehen, lies, relire, regarder, revisar, mirar, observar, посмотреть, просмотреть, 查看, 观察",
);

/// "Review the last commits: …": a person's act.
pub fn persons(text: &str) -> bool {
    let spoken = spoken(text);
    let mut words = spoken
        .split_whitespace()
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()));
    let first = words.find(|word| word.chars().any(char::is_alphabetic) && *word != "x");
    first.is_some_and(|first| PERSONS.has(first)) || notes(text)
}

/// "HTTP redirects to HTTPS"
pub fn redirects(text: &str) -> bool {
    let text = spoken(text);
    [
        "redirect",
        "weitergeleitet",
        "umgeleitet",
        "redirig",
        "redirec",
        "重定向",
        "リダイレクト",
        "перенаправ",
    ]
    .iter()
    .any(|word| text.contains(word))
}

/// What an answer says in its headers, which its status does not tell.
static HEADERS: Phrases = Phrases::new(
    "header, cors, hsts, csp, gzip, brotli, compress, x-frame, cache-control, content-type, strict-transport, \
    content-security, http/2, http2, http/3, rate limit, rate-limit, kopfzeile, en-tête, cabecera, cabeçalho, \
    заголов, 响应头, 安全头, ヘッダ, 헤더, 压缩, 圧縮",
);

/// "Security headers present", "gzip enabled"
pub fn headers(text: &str) -> bool {
    HEADERS.within(&spoken(text).into())
}
