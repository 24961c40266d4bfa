//! Words of headings, in the languages that checklists are written in. All in lower case.

use std::sync::LazyLock;

/// What a word says that a section is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Taking it back.
    Rollback,
    /// A guide for what goes wrong.
    Trouble,
    /// Signatures.
    SignOff,
    /// What must hold in the end.
    Criteria,
    /// What follows later.
    FollowUp,
    /// Measurements.
    Benchmark,
    /// Before the deployment.
    Preflight,
    /// After the deployment.
    Window,
    /// The deployment.
    Phase,
}

/// The words of [`KINDS`] by their first byte, each with the place of its line.
static BY_BYTE: LazyLock<Vec<Vec<(usize, &str)>>> = LazyLock::new(|| {
    let mut table = vec![Vec::new(); 256];
    for (place, (_, words)) in KINDS.iter().enumerate() {
        for word in *words {
            table[usize::from(word.as_bytes()[0])].push((place, *word));
        }
    }
    table
});

/// What the words of a heading in lower case say: the first line of the table with a word in it.
pub fn kind(lower: &str) -> Option<Kind> {
    let alone = lower.trim_matches(|c: char| !c.is_alphanumeric());
    if let Some((kind, _)) = WHOLE.iter().find(|(_, words)| words.contains(&alone)) {
        return Some(*kind);
    }
    let here = |(at, byte): (usize, u8)| {
        let words = BY_BYTE.get(usize::from(byte)).into_iter().flatten();
        let rest = &lower.as_bytes()[at..];
        // Most words that begin with the same byte go on with another one.
        let found = words.filter(move |(_, word)| {
            rest.get(1) == word.as_bytes().get(1) && rest.starts_with(word.as_bytes())
        });
        found.map(|(place, _)| *place)
    };
    let first = lower.bytes().enumerate().flat_map(here).min()?;
    KINDS.get(first).map(|(kind, _)| *kind)
}

/// Words that tell what a section is for; the first line that matches decides.
#[rustfmt::skip]
const KINDS: &[(Kind, &[&str])] = &[
    (Kind::Rollback, &[
        "rollback", "roll back", "roll-back", "rolling back", "back-out", "backout", "backing out", "revert",
        "fallback plan", "fallback", "how to go back", "if it goes wrong", "is broken", "back out", "recall", "withdraw", "halt the",
        "emergency procedure", "remove it again", "point of no return", "zurückrollen", "zurücksetzen", "rückgängig", "rückfall", "retour arrière", "retour en arrière",
        "reversión", "vuelta atrás", "reversão", "reverter", "ripristino", "回滚", "回退", "ロールバック", "切り戻し",
        "롤백", "откат",
    ]),
    (Kind::Trouble, &[
        "troubleshoot", "issue:", "problem:", "common issues", "known issues", "common problems", "known problems",
        "common errors", "if something goes wrong", "fehlerbehebung", "problembehandlung", "dépannage",
        "problèmes courants", "problèmes connus", "solución de problemas", "resolución de problemas", "problemas comunes",
        "solução de problemas", "resolução de problemas", "problemas comuns", "risoluzione dei problemi",
        "problemi comuni", "problemi noti", "故障排除", "故障排查", "常见问题", "问题排查", "トラブルシュー", "よくある問題",
        "문제 해결", "트러블슈팅", "устранение неполадок", "устранение проблем", "частые проблемы", "известные проблемы",
    ]),
    (Kind::Criteria, &[
        "success criteria", "acceptance criteria", "exit criteria", "success metrics", "success checklist", "definition of done",
        "minimum acceptance", "must pass",
        "erfolgskriterien", "abnahmekriterien", "critères de succès", "critères de réussite", "critères d'acceptation",
        "criterios de éxito", "criterios de aceptación", "critérios de sucesso", "critérios de aceit",
        "criteri di successo", "criteri di accettazione", "成功标准", "验收标准", "成功指标", "成功基準", "受け入れ基準",
        "完了条件", "성공 기준", "인수 기준", "완료 기준", "критерии",
    ]),
    (Kind::SignOff, &[
        "sign-off", "sign off", "signoff", "signatures", "approvals", "final approval", "freigabe", "abnahme",
        "unterschrift", "approbation", "aprobación", "aprobaciones", "firmas", "aprovação", "aprovações", "assinaturas",
        "approvazion", "firme", "签字", "签核", "审批", "承認", "サインオフ", "署名", "승인", "서명", "подписи",
        "согласовани", "утверждени",
    ]),
    (Kind::Criteria, &["go/no-go", "go / no-go", "go/no go", "go-no-go", "go or no-go"]),
    (Kind::FollowUp, &[
        "next steps", "follow-up", "follow up", "followup", "future improvements", "ongoing maintenance",
        "regular maintenance", "regular checks", "maintenance tasks", "maintenance schedule", "daily", "weekly", "monthly",
        "quarterly", "first week", "first month", "afterwards", "clean-up", "cleanup", "clean up", "next day", "wrap-up",
        "nächste schritte", "nacharbeit", "prochaines étapes", "étapes suivantes", "próximos pasos", "siguientes pasos",
        "próximos passos", "prossimi passi", "passi successivi", "下一步", "后续", "次のステップ", "今後", "다음 단계", "후속",
        "следующие шаги", "дальнейшие",
    ]),
    (Kind::Benchmark, &["benchmark", "baseline", "leistungsmessung", "基准", "ベンチマーク", "벤치마크", "бенчмарк"]),
    (Kind::Preflight, &[
        "pre-deploy", "pre deploy", "predeploy", "preflight", "pre-flight", "pre flight", "prerequisite",
        "pre-requisite", "before deploy", "before you", "before the deploy", "before release", "before the release",
        "before launch", "prior to deploy", "before the", "pre-check", "precheck", "pre-change", "precondition", "readiness",
        "datensicherung", "pre-launch", "pre launch", "prelaunch", "pre-release", "pre release",
        "pre-production", "pre-go-live", "preparation", "requirements", "day before",
        "vor dem deploy", "vor der auslieferung", "vor der bereitstellung", "vor dem release", "vor der veröffentlichung", "vorbereitung",
        "voraussetzung", "vorab", "avant le déploiement", "avant déploiement", "avant la mise en", "pré-déploiement",
        "prédéploiement", "prérequis", "pré-requis", "préparation", "antes del despliegue", "antes de desplegar",
        "antes del lanzamiento", "previo al despliegue", "pre-despliegue", "predespliegue", "requisitos previos",
        "prerrequisitos", "preparación", "pré-implantação", "antes da implantação", "antes do deploy", "pré-deploy",
        "pré-requisitos", "preparação", "prima del deploy", "prima della distribuzione", "prima del rilascio",
        "pre-distribuzione", "prerequisiti", "preparazione", "部署前", "上线前", "发布前", "准备", "前置条件", "先决条件",
        "前提条件", "デプロイ前", "リリース前", "事前", "準備", "배포 전", "배포전", "사전", "준비", "릴리스 전", "перед деплоем",
        "перед развертыванием", "перед развёртыванием", "до развертывания", "до развёртывания", "до деплоя",
        "перед релизом", "подготовка", "предварительн", "требования",
    ]),
    (Kind::Window, &[
        "post-deploy", "post deploy", "postdeploy", "after deploy", "after the deploy", "after release",
        "after the release", "after launch", "post-launch", "post launch", "postlaunch", "post-release", "post release",
        "post-production", "post-go-live", "acceptance test", "post-check", "postcheck", "post-change", "field test",
        "right after", "after the", "online checks", "nach der auslieferung", "pós-deploy", "smoke test", "smoke-test", "smoke check", "sanity check", "nach dem deploy",
        "nach der bereitstellung", "nach dem release", "nach der veröffentlichung", "nachkontrolle",
        "après le déploiement", "après déploiement", "après la mise en", "post-déploiement", "después del despliegue",
        "después de desplegar", "post-despliegue", "tras el despliegue", "posterior al despliegue", "pruebas de humo",
        "pós-implantação", "após a implantação", "após o deploy", "pós-deploy", "dopo il deploy",
        "dopo la distribuzione", "dopo il rilascio", "post-distribuzione", "部署后", "上线后", "发布后", "冒烟测试",
        "デプロイ後", "リリース後", "事後", "スモークテスト", "배포 후", "배포후", "릴리스 후", "스모크 테스트", "после деплоя",
        "после развертывания", "после развёртывания", "после релиза", "дымов",
    ]),
    (Kind::Phase, &[
        "deploy", "release", "install", "rollout", "roll-out", "upgrade", "go-live", "go live", "launch", "migration",
        "cutover", "cut-over", "d-day", "implementation", "publish", "promote", "promotion", "submission", "auslieferung", "durchführung",
        "bereitstellung", "veröffentlichung", "ausrollen", "inbetriebnahme",
        "déploiement", "mise en production", "mise en ligne", "despliegue", "lanzamiento", "puesta en producción",
        "instalación", "implantação", "lançamento", "instalação", "distribuzione", "rilascio", "messa in produzione",
        "部署", "上线", "发布", "安装", "デプロイ", "リリース", "展開", "インストール", "배포", "릴리스", "설치", "деплой",
        "развертывани", "развёртывани", "релиз", "установка", "выкатка",
    ]),
];

/// Headings that are one of these words and nothing else.
#[rustfmt::skip]
const WHOLE: &[(Kind, &[&str])] = &[
    (Kind::Preflight, &["before", "gate", "gates", "access", "prepare", "backup", "backups", "prerequisites"]),
    (Kind::Phase, &["change", "build", "the switch", "switch", "switch over"]),
    (Kind::Window, &["check", "checks", "test", "tests", "testing"]),
    (Kind::Rollback, &["undo", "fallback", "way back"]),
    (Kind::FollowUp, &["finish", "announce", "maintenance", "documentation"]),
];

/// Beginnings of headings of checks, whatever they check.
pub const CHECKING: &[&str] = &[
    "verif",
    "validat",
    "confirm",
    "check ",
    "checks ",
    "monitor",
    "überprüf",
    "vérif",
];

/// Checks of the section above, where there is one.
#[rustfmt::skip]
pub const WEAK: &[&str] = &[
    "verif", "validat", "monitor", "confirm", "health check", "überprüf", "überwach", "prüfung", "vérif", "surveillance",
    "comprobaci", "supervisión", "验证", "检查", "监控", "確認", "検証", "監視", "검증", "확인", "모니터링", "проверк",
    "мониторинг",
];

/// A number behind these, or before the last ones, counts the phases.
#[rustfmt::skip]
pub const NUMBERED: &[&str] = &[
    "phase", "step", "stage", "day", "part", "schritt", "teil", "étape", "etape", "paso", "fase", "etapa", "passo",
    "этап", "шаг", "фаза", "步骤", "阶段", "ステップ", "フェーズ", "手順", "단계", "第",
];

/// What stands behind a counted number: "第1步", "1단계".
pub const COUNTED: &[&str] = &["步", "阶段", "章", "단계", "段階", "番目"];

/// With a duration they say when checks are due.
#[rustfmt::skip]
pub const DUE: &[&str] = &[
    "within", "after", "first ", "next ", "t+", "innerhalb", "binnen", "nach ", "ersten ", "dans les", "premières",
    "premiers", "primeras", "primeros", "primeiras", "prime ", "entro", "以内", "内", "이내", "в течение", "первые",
];

/// Units of time in minutes: whole words, and the beginnings of those of scripts that join words.
#[rustfmt::skip]
pub const UNITS: &[(&str, u32)] = &[
    ("min", 1), ("mins", 1), ("minute", 1), ("minutes", 1), ("minuten", 1), ("minuto", 1), ("minutos", 1), ("minuti", 1),
    ("h", 60), ("hr", 60), ("hrs", 60), ("hour", 60), ("hours", 60), ("std", 60), ("stunde", 60), ("stunden", 60),
    ("heure", 60), ("heures", 60), ("hora", 60), ("horas", 60), ("ora", 60), ("ore", 60), ("day", 1440), ("days", 1440),
    ("tag", 1440), ("tage", 1440), ("tagen", 1440), ("jour", 1440), ("jours", 1440), ("día", 1440), ("días", 1440),
    ("dia", 1440), ("dias", 1440), ("giorno", 1440), ("giorni", 1440), ("week", 10_080), ("weeks", 10_080),
    ("woche", 10_080), ("wochen", 10_080), ("semaine", 10_080), ("semaines", 10_080), ("semana", 10_080),
    ("semanas", 10_080), ("settimana", 10_080), ("分", 1), ("小时", 60), ("時間", 60), ("天", 1440), ("日", 1440),
    ("분", 1), ("시간", 60), ("일", 1440), ("мин", 1), ("час", 60), ("дн", 1440), ("сут", 1440),
];

/// A title with one of these is that of a list of things to do, whatever its headings say.
#[rustfmt::skip]
pub const LISTS: &[&str] = &[
    "checklist", "check list", "check-list", "runbook", "run book", "playbook", "checkliste", "liste de contrôle",
    "liste de vérification", "lista de verificación", "lista de comprobación", "lista de verificação",
    "lista di controllo", "清单", "检查表", "チェックリスト", "手順書", "체크리스트", "чек-лист", "чеклист",
];

/// Parts of such a list that are for reading.
#[rustfmt::skip]
pub const APART: &[&str] = &[
    "overview", "introduction", "about", "background", "purpose", "scope", "feature", "contents", "reference",
    "resources", "contact", "notes", "license", "glossary", "changelog", "architecture", "audience", "documentation",
    "summary", "faq", "support", "stack", "related", "links", "appendix", "history", "what's new", "übersicht",
    "überblick", "einleitung", "kontakt", "aperçu", "vue d'ensemble", "introducción", "resumen", "visão geral",
    "introdução", "panoramica", "introduzione", "contatti", "概述", "简介", "目录", "联系", "概要", "はじめに", "連絡先",
    "개요", "소개", "연락처", "обзор", "введение", "контакты",
];
