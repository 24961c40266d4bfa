//! Which metric words name, and of what: "API response time" and "API latency" are one, "search latency" is another.

use crate::phrases::Lower;
use domain::metric::{Aggregation, Metric};
use domain::quantity::Unit;

/// The words of each metric; the first row of which one stands in the text decides. Those of the caches are asked before.
#[rustfmt::skip] // phrases in rows
const METRICS: &[(Metric, &[&str])] = &[
    (Metric::RepeatedQueries, &["n+1"]),
    (Metric::CacheEvictions, &["eviction", "evicted"]),
    (Metric::CacheHitRate, &[
        "hit rate", "hit-rate", "hitrate", "hit ratio", "trefferquote", "trefferrate", "taux de succès du cache", "taux de hit",
        "tasa de aciertos", "taxa de acerto", "tasso di hit", "命中率", "ヒット率", "히트율", "적중률", "попаданий в кэш", "попаданий в кеш",
    ]),
    (Metric::ErrorLogs, &[
        "error logs", "errors in the log", "errors in log", "error messages in the log", "fehler im log", "fehler in den logs", "erreurs dans les logs",
        "errores en los logs", "erros nos logs", "errori nei log", "错误日志", "エラーログ", "오류 로그", "ошибок в логах",
    ]),
    (Metric::ErrorRate, &[
        "error rate", "error ratio", "failure rate", "fehlerrate", "fehlerquote", "taux d'erreur", "tasa de error", "taxa de erro", "tasso di errore",
        "错误率", "エラー率", "오류율", "에러율", "частота ошибок", "доля ошибок",
    ]),
    (Metric::Latency, &[
        "response times", "response time", "latencies", "latency", "antwortzeiten", "antwortzeit", "latenz", "temps de réponse", "latence",
        "tiempo de respuesta", "latencia", "tempo de resposta", "latência", "tempo di risposta", "latenza", "响应时间", "延迟", "応答時間",
        "レイテンシ", "응답 시간", "응답시간", "지연 시간", "время ответа", "задержка",
    ]),
    (Metric::Queries, &[
        "queries per request", "database load", "db load", "database queries", "db queries", "number of queries", "datenbanklast", "datenbankabfragen",
        "charge de la base", "carga de la base", "carga do banco", "carico del database", "数据库负载", "データベース負荷", "데이터베이스 부하", "нагрузка на базу",
    ]),
    (Metric::Errors, &[
        "production errors", "errors", "5xx", "fehler", "erreur", "errores", "erros", "errori", "错误", "エラー", "오류", "ошибок",
    ]),
    (Metric::Memory, &[
        "memory usage", "memory consumption", "memory", "speicherverbrauch", "arbeitsspeicher", "mémoire", "memoria", "memória", "内存", "メモリ", "메모리",
        "память", "памяти",
    ]),
];

const CACHES: &[&str] = &[
    "cache",
    "redis",
    "memcached",
    "缓存",
    "キャッシュ",
    "캐시",
    "кэш",
    "кеш",
];

const READS: &[&str] = &[
    "read",
    "lese",
    "lecture",
    "lectura",
    "leitura",
    "lettura",
    "读",
    "読",
    "읽기",
    "чтени",
];

const WRITES: &[&str] = &[
    "write",
    "schreib",
    "écriture",
    "escritura",
    "escrita",
    "scrittura",
    "写",
    "書",
    "쓰기",
    "запис",
];

const AGGREGATIONS: &[(&str, Aggregation)] = &[
    ("p50", Aggregation::Percentile(50)),
    ("p75", Aggregation::Percentile(75)),
    ("p90", Aggregation::Percentile(90)),
    ("p95", Aggregation::Percentile(95)),
    ("p99", Aggregation::Percentile(99)),
    ("50th percentile", Aggregation::Percentile(50)),
    ("90th percentile", Aggregation::Percentile(90)),
    ("95th percentile", Aggregation::Percentile(95)),
    ("99th percentile", Aggregation::Percentile(99)),
    ("median", Aggregation::Percentile(50)),
    ("average", Aggregation::Mean),
    ("avg", Aggregation::Mean),
    ("mean", Aggregation::Mean),
    ("durchschnitt", Aggregation::Mean),
    ("moyenne", Aggregation::Mean),
    ("promedio", Aggregation::Mean),
    ("média", Aggregation::Mean),
    ("平均", Aggregation::Mean),
    ("평균", Aggregation::Mean),
    ("peak", Aggregation::Maximum),
    ("maximum", Aggregation::Maximum),
];

/// Words that say nothing of what is measured.
#[rustfmt::skip] // words in rows
const IDLE: &[&str] = &[
    "a", "an", "the", "of", "for", "in", "on", "is", "are", "be", "stays", "stay", "remains", "remain", "under", "below", "above", "over", "at", "least",
    "most", "less", "more", "than", "by", "no", "zero", "not", "new", "any", "all", "and", "with", "within", "to", "per", "must", "should", "does", "do",
    "improved", "improvement", "improve", "reduced", "reduction", "reduce", "decreased", "decrease", "increased", "increase", "lowered", "faster",
    "stable", "leak", "leaks", "stabilized", "stabilised", "steady", "consistent", "detected", "observed", "found", "seen", "reported", "acceptable", "normal", "range",
    "target", "sla", "time", "times", "total", "current", "overall", "exceed", "exceeds", "usage", "use", "consumption", "utilization", "rate",
    "api", "apis", "service", "server", "backend", "application", "app", "system", "production", "prod", "request", "requests", "endpoint",
    "endpoints", "average", "avg", "mean", "median", "peak", "maximum", "percentile", "after", "deployment", "der", "die", "das", "unter", "über",
    "kein", "keine", "keinen", "stabil", "durchschnitt", "le", "la", "les", "de", "des", "du", "el", "los", "las", "il", "sin", "sans", "aucune", "senza",
    "stabile", "estable", "estável", "monitor", "check", "verify", "ensure", "confirm", "ms", "sec", "seconds", "kb", "mb", "gb", "percent", "pas", "aucun", "sem",
    "nenhum", "cero", "null", "nessun", "dans", "im", "en", "em", "nel", "低于", "小于", "不超过", "未満", "以下", "以内", "미만", "이하", "没有", "无",
];

/// The metric that words in lower case name.
pub fn of(lower: &Lower) -> Option<Metric> {
    let (metric, _) = METRICS.iter().find(|(_, words)| lower.any(words))?;
    if *metric != Metric::Latency || !lower.any(CACHES) {
        return Some(metric.clone());
    }
    Some(match (lower.any(READS), lower.any(WRITES)) {
        (true, false) => Metric::CacheReadLatency,
        (false, true) => Metric::CacheWriteLatency,
        (true, true) | (false, false) => Metric::CacheLatency,
    })
}

/// How many values become one, as the words say.
pub fn aggregation(lower: &Lower) -> Option<Aggregation> {
    let said = AGGREGATIONS.iter().find(|(words, _)| lower.contains(words));
    said.map(|(_, aggregation)| *aggregation)
}

/// Whether a metric is counted in this unit.
pub fn fits(metric: &Metric, unit: Unit) -> bool {
    match metric {
        Metric::Latency | Metric::CacheLatency | Metric::CacheReadLatency | Metric::CacheWriteLatency => {
            unit == Unit::Milliseconds
        }
        Metric::CacheHitRate | Metric::ErrorRate => unit == Unit::Percent,
        Metric::CacheEvictions
        | Metric::Queries
        | Metric::RepeatedQueries
        | Metric::Errors
        | Metric::ErrorLogs => unit == Unit::Count,
        Metric::Memory => matches!(unit, Unit::Bytes | Unit::Percent),
        Metric::Free(_) => true,
    }
}

/// What words in lower case name besides the metric: the part of the service that is measured. What stands from the first
/// comparison, number or colon on is not asked.
pub fn subject(head: &str, metric: &Metric) -> Option<String> {
    let mut rest = head
        .split(['<', '>', '≥', '≤', ':', '：', '=', '~', '('])
        .next()
        .unwrap_or_default()
        .to_owned();
    let own = match metric {
        Metric::CacheLatency | Metric::CacheReadLatency | Metric::CacheWriteLatency => &Metric::Latency,
        other => other,
    };
    for (word, _) in AGGREGATIONS.iter().filter(|(word, _)| !word.is_ascii()) {
        rest = rest.replace(word, " ");
    }
    for (_, words) in METRICS.iter().filter(|(named, _)| named == own) {
        for word in *words {
            rest = rest.replace(word, " ");
        }
    }
    let of_cache = matches!(
        metric,
        Metric::CacheLatency
            | Metric::CacheReadLatency
            | Metric::CacheWriteLatency
            | Metric::CacheHitRate
            | Metric::CacheEvictions
    );
    let names = |word: &&str| {
        let percentile = word
            .strip_prefix('p')
            .is_some_and(|rest| rest.parse::<u8>().is_ok());
        let counted = word.starts_with(|c: char| c.is_ascii_digit());
        let cached = of_cache
            && [CACHES, READS, WRITES]
                .concat()
                .iter()
                .any(|own| word.starts_with(own));
        let queries = matches!(metric, Metric::Queries | Metric::RepeatedQueries)
            && ["database", "db", "query", "queries"].contains(word);
        let letter = word.len() < 2;
        !letter && !queries && !percentile && !counted && !cached && !IDLE.contains(word)
    };
    let words: Vec<&str> = rest.split(|c: char| !c.is_alphanumeric()).filter(names).collect();
    (!words.is_empty()).then(|| words.join(" "))
}
