//! What the columns of tables are called, and what their cells say of a row.

use crate::parse::Cell;

/// Names of columns whose ✅ and ❌ are boxes.
pub const STATES: &[&str] = &[
    "status",
    "done",
    "state",
    "check",
    "complete",
    "finished",
    "verified",
    "ok",
    "pass",
    "ready",
    "tick",
    "result",
    "erledigt",
    "fertig",
    "fait",
    "statut",
    "hecho",
    "estado",
    "feito",
    "fatto",
    "stato",
    "状态",
    "完成",
    "状態",
    "完了",
    "상태",
    "완료",
    "статус",
    "готово",
    "✓",
    "✔",
    "✅",
    "☑",
];

/// Names of columns that say nothing of what is to be done.
pub const ASIDE: &[&str] = &[
    "#",
    "no",
    "no.",
    "nr",
    "nr.",
    "id",
    "owner",
    "assignee",
    "assigned to",
    "responsible",
    "who",
    "due",
    "date",
    "priority",
    "signature",
    "initials",
    "name",
    "by",
    "time",
    "eta",
];

/// Parts of the names of columns that say what must come out.
pub const EXPECTED: &[&str] = &[
    "expect",
    "should",
    "result",
    "criteri",
    "require",
    "condition",
    "accept",
    "verif",
    "pass",
    "output",
    "response",
    "outcome",
    "success",
    "target",
    "threshold",
    "ergebnis",
    "résultat",
    "resultado",
    "критери",
    "результат",
    "结果",
    "結果",
    "erwart",
    "attendu",
    "esperad",
    "atteso",
    "期望",
    "预期",
    "期待",
    "예상",
    "ожида",
];

/// Columns of tables whose rows are steps.
pub const STEPS: &[&str] = &[
    "step",
    "task",
    "action",
    "check",
    "item",
    "command",
    "activity",
    "test",
    "schritt",
    "aufgabe",
    "prüf",
    "paso",
    "tarea",
    "étape",
    "tâche",
    "passo",
    "tarefa",
    "attività",
    "步骤",
    "检查",
    "任务",
    "手順",
    "作業",
    "項目",
    "단계",
    "작업",
    "шаг",
    "задача",
];

/// Columns that say how much a row matters.
const MATTERS: &[&str] = &[
    "priority",
    "importance",
    "necessity",
    "level",
    "priorität",
    "wichtigkeit",
    "priorité",
    "prioridad",
    "prioridade",
];
/// Columns that say whether a row must be done.
const REQUIRED: &[&str] = &[
    "required",
    "mandatory",
    "pflicht",
    "obligatoire",
    "obligatorio",
    "obrigatório",
    "必须",
    "必須",
    "필수",
];
/// Columns that say whether a row may be left out.
const OPTIONAL: &[&str] = &["optional", "optionnel", "opcional", "可选", "任意"];

/// Whether a row says plainly that it may be left out: "Optional" or "Nice to have" as its priority, "No" as required.
/// "P3" and "Low" say when it is done, and not that it may be left out.
pub fn optional(row: &[Cell], header: &[String]) -> bool {
    let says = |(cell, name): (&Cell, &String)| {
        let name = name.trim_matches(|c: char| !c.is_alphanumeric());
        let text = cell.text().to_lowercase();
        let text = text.trim_matches(|c: char| !c.is_alphanumeric());
        let plainly = matches!(
            text,
            "optional"
                | "nice to have"
                | "nice-to-have"
                | "could have"
                | "optionnel"
                | "opcional"
                | "可选"
                | "任意"
        );
        let no = matches!(text, "no" | "n" | "nein" | "non" | "não" | "否");
        let yes = matches!(text, "yes" | "y" | "ja" | "oui" | "sí" | "si" | "sim" | "是");
        plainly && (MATTERS.contains(&name) || REQUIRED.contains(&name) || OPTIONAL.contains(&name))
            || no && REQUIRED.contains(&name)
            || yes && OPTIONAL.contains(&name)
    };
    row.iter().zip(header).any(says)
}
