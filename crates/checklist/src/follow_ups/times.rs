//! Times in words: "Day 1-7", "Week 2", "first month", "Weekly performance reviews", in the languages that checklists are
//! written in.

use crate::phrases::Lower;
use domain::follow_up::{Every, When};

/// Longest beginning that is read, in bytes.
const LONGEST: usize = 400;

/// Days and weeks: the word stands before its numbers.
const BEFORE: &[(&str, bool)] = &[
    ("days", false),
    ("day", false),
    ("tage", false),
    ("tag", false),
    ("jours", false),
    ("jour", false),
    ("días", false),
    ("día", false),
    ("dias", false),
    ("dia", false),
    ("giorni", false),
    ("giorno", false),
    ("дни", false),
    ("день", false),
    ("weeks", true),
    ("week", true),
    ("wochen", true),
    ("woche", true),
    ("semaines", true),
    ("semaine", true),
    ("semanas", true),
    ("semana", true),
    ("settimane", true),
    ("settimana", true),
    ("недели", true),
    ("неделя", true),
];

/// Days and weeks of languages whose word stands behind its numbers.
const BEHIND: &[(&str, bool)] = &[
    ("天", false),
    ("日", false),
    ("일", false),
    ("день", false),
    ("дни", false),
    ("周", true),
    ("週", true),
    ("주", true),
    ("неделя", true),
    ("недели", true),
];

/// The first of them, in words.
#[rustfmt::skip] // phrases in rows
const FIRST: &[(&str, When)] = &[
    ("first day", days(1)), ("first week", days(7)), ("first two weeks", days(14)), ("first month", days(30)),
    ("erster tag", days(1)), ("erste woche", days(7)), ("erster monat", days(30)),
    ("premier jour", days(1)), ("première semaine", days(7)), ("premier mois", days(30)),
    ("primer día", days(1)), ("primera semana", days(7)), ("primer mes", days(30)),
    ("primeiro dia", days(1)), ("primeira semana", days(7)), ("primeiro mês", days(30)),
    ("primo giorno", days(1)), ("prima settimana", days(7)), ("primo mese", days(30)),
    ("第一天", days(1)), ("第一周", days(7)), ("第一个月", days(30)), ("最初の1週間", days(7)), ("最初の1か月", days(30)), ("첫날", days(1)), ("첫 주", days(7)), ("첫 달", days(30)),
    ("первый день", days(1)), ("первая неделя", days(7)), ("первый месяц", days(30)),
];

const fn days(to: u32) -> When {
    When::Days { from: 1, to }
}

/// What recurs; those of letters begin a word, the others stand anywhere.
#[rustfmt::skip] // words in rows
const RECURRING: &[(Every, &[&str])] = &[
    (Every::Quarter, &[
        "quarterly", "every quarter", "each quarter", "once a quarter", "vierteljähr", "quartalsweise", "trimestriel", "trimestral", "每季", "季度", "四半期", "분기", "ежекварталь",
    ]),
    (Every::Month, &[
        "monthly", "every month", "each month", "once a month", "monatlich", "mensuel", "mensual", "mensal", "mensil", "cada mes", "ogni mese", "每月", "毎月", "매월", "매달",
        "ежемесячн",
    ]),
    (Every::Week, &[
        "weekly", "every week", "each week", "once a week", "wöchentlich", "hebdomadaire", "chaque semaine", "semanal", "cada semana", "settimanal", "ogni settimana",
        "每周", "每星期", "毎週", "매주", "еженедельн",
    ]),
    (Every::Day, &[
        "daily", "every day", "each day", "once a day", "nightly", "every night", "täglich", "quotidien", "chaque jour", "diario", "diaria", "diário", "diária", "cada día", "quotidian", "giornalier",
        "ogni giorno", "每天", "每日", "毎日", "매일", "ежедневн",
    ]),
    (Every::Year, &["yearly", "annual", "every year", "once a year", "jährlich", "annuel", "anual", "annuale", "每年", "毎年", "매년", "ежегодн"]),
];

const HOURLY: &[&str] = &[
    "hourly",
    "every hour",
    "each hour",
    "stündlich",
    "toutes les heures",
    "chaque heure",
    "cada hora",
    "ogni ora",
    "每小时",
    "毎時",
    "1時間ごと",
    "매시간",
    "ежечасн",
    "каждый час",
];

/// The time that words say: days and weeks at their beginning, what recurs anywhere.
pub fn read(words: &str) -> Option<When> {
    let words = words[..words.floor_char_boundary(LONGEST)].to_lowercase();
    let start = words.trim_start_matches(|c: char| !c.is_alphanumeric());
    let first = FIRST
        .iter()
        .find(|(said, _)| start.starts_with(said))
        .map(|(_, when)| *when);
    first
        .or_else(|| numbered(start))
        .or_else(|| recurring(&Lower::from(words.clone())))
}

/// Whether words say every hour.
pub fn hourly(lower: &Lower) -> bool {
    lower.any(HOURLY)
}

fn numbered(start: &str) -> Option<When> {
    for (word, weeks) in BEFORE {
        if let Some(rest) = start.strip_prefix(word)
            && let Some((from, to, _)) = range(rest.trim_start_matches([' ', '#']))
            && (rest.starts_with([' ', '#']) || rest.starts_with(|c: char| c.is_ascii_digit()))
        {
            return when(from, to, *weeks);
        }
    }
    let rest = start.strip_prefix('第').unwrap_or(start);
    let (from, to, behind) = range(rest)?;
    let ordinal = ["-я ", "-й ", "-ая ", "-ый ", "个", "차 ", " "];
    let behind = ordinal
        .iter()
        .find_map(|ending| behind.strip_prefix(ending))
        .unwrap_or(behind);
    let (_, weeks) = BEHIND.iter().find(|(word, _)| behind.starts_with(word))?;
    when(from, to, *weeks)
}

fn when(from: u32, to: u32, weeks: bool) -> Option<When> {
    let most = if weeks { 104 } else { 366 };
    let sensible = 1 <= from && from <= to && to <= most;
    sensible.then_some(match weeks {
        true => When::Weeks { from, to },
        false => When::Days { from, to },
    })
}

/// `1-7`, `1 to 7`, `2`: both ends, and what stands behind. A time of the day or a date is none.
fn range(text: &str) -> Option<(u32, u32, &str)> {
    let (from, rest) = number(text)?;
    let marks = [
        "-", "–", "—", "~", "〜", "～", "至", "到", "から", " - ", " – ", " to ", " bis ", " à ", " a ",
        " al ", " до ",
    ];
    let far = marks.iter().find_map(|mark| {
        let (to, rest) = number(rest.strip_prefix(mark)?.trim_start_matches('第'))?;
        Some((to, rest))
    });
    let (to, rest) = far.unwrap_or((from, rest));
    let goes_on =
        rest.starts_with(['/', '.', '-', '%']) && rest[1..].starts_with(|c: char| c.is_ascii_digit());
    (!goes_on).then_some((from, to, rest))
}

fn number(text: &str) -> Option<(u32, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let value = text[..digits].parse().ok().filter(|_| digits <= 3)?;
    Some((value, &text[digits..]))
}

fn recurring(lower: &Lower) -> Option<When> {
    if lower.any(&["biweek", "bi-week", "bimonth", "bi-month", "one-time", "non-"]) {
        return None;
    }
    let begins = |word: &&str| {
        lower.match_indices(word).any(|(at, _)| {
            let letters = word.is_ascii() || word.chars().all(|c| (c as u32) < 0x2000);
            !letters || !lower[..at].ends_with(char::is_alphanumeric)
        })
    };
    let found = RECURRING.iter().find(|(_, words)| words.iter().any(&begins));
    found.map(|(every, _)| When::Recurring(*every))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn weeks(from: u32, to: u32) -> When {
        When::Weeks { from, to }
    }

    #[rstest]
    #[case("Day 1-7: Monitor closely", When::Days { from: 1, to: 7 })]
    #[case("**Days 2–3**", When::Days { from: 2, to: 3 })]
    #[case("Week 2: Optimize", weeks(2, 2))]
    #[case("Week 3-4", weeks(3, 4))]
    #[case("Weeks 3 to 4", weeks(3, 4))]
    #[case("First week", days(7))]
    #[case("Weekly performance reviews", When::Recurring(Every::Week))]
    #[case("Monthly index analysis", When::Recurring(Every::Month))]
    #[case("Quarterly optimization sprints", When::Recurring(Every::Quarter))]
    #[case("Restore a backup every month", When::Recurring(Every::Month))]
    #[case("Tag 1-7: beobachten", When::Days { from: 1, to: 7 })]
    #[case("Woche 3 bis 4", weeks(3, 4))]
    #[case("Wöchentliche Durchsicht", When::Recurring(Every::Week))]
    #[case("Vierteljährliche Durchsicht", When::Recurring(Every::Quarter))]
    #[case("Jours 1 à 7", When::Days { from: 1, to: 7 })]
    #[case("Revue hebdomadaire", When::Recurring(Every::Week))]
    #[case("Semaine 2", weeks(2, 2))]
    #[case("Días 1 a 7", When::Days { from: 1, to: 7 })]
    #[case("Revisión mensual", When::Recurring(Every::Month))]
    #[case("Semana 2", weeks(2, 2))]
    #[case("Revisão trimestral", When::Recurring(Every::Quarter))]
    #[case("Revisão semanal", When::Recurring(Every::Week))]
    #[case("Settimana 3-4", weeks(3, 4))]
    #[case("Revisione mensile", When::Recurring(Every::Month))]
    #[case("第1-7天：密切监控", When::Days { from: 1, to: 7 })]
    #[case("第2周", weeks(2, 2))]
    #[case("第一周", days(7))]
    #[case("每月分析索引", When::Recurring(Every::Month))]
    #[case("1〜7日", When::Days { from: 1, to: 7 })]
    #[case("第2週", weeks(2, 2))]
    #[case("四半期ごとの見直し", When::Recurring(Every::Quarter))]
    #[case("2주차", weeks(2, 2))]
    #[case("1-7일", When::Days { from: 1, to: 7 })]
    #[case("매주 검토", When::Recurring(Every::Week))]
    #[case("День 1-7", When::Days { from: 1, to: 7 })]
    #[case("2-я неделя", weeks(2, 2))]
    #[case("Ежемесячный анализ", When::Recurring(Every::Month))]
    fn a_time_is_read_in_many_languages(#[case] words: &str, #[case] expected: When) {
        assert_eq!(read(words), Some(expected), "{words}");
    }

    #[rstest]
    #[case("Ongoing: Maintain")]
    #[case("Add Redis replicas if needed")]
    #[case("Implement Redis Cluster for >10GB data")]
    #[case("Day one was fine")]
    #[case("Day 0")]
    #[case("Day 7-1")]
    #[case("Week 200")]
    #[case("30 days of logs are kept")]
    #[case("Today")]
    #[case("Weekend support")]
    #[case("Biweekly sync")]
    #[case("Day 2026-11-27")]
    #[case("")]
    fn what_is_no_time_is_none(#[case] words: &str) {
        assert_eq!(read(words), None, "{words}");
    }
}
