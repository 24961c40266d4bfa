//! Blocks of nothing but `KEY=value` lines.

use crate::infer::words::is_variable;
use crate::parse::Fence;
use std::ops::Range;

/// A line of such a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The variable.
    pub key: String,
    /// What stands behind `=`, without quotes and comment; empty where the document leaves it open.
    pub value: String,
    /// A comment says that it may be left out.
    pub optional: bool,
    /// Its bytes in the document.
    pub span: Range<usize>,
}

/// The lines of a block that is in the form of a `.env` file and names at least one variable.
pub fn settings(fence: &Fence) -> Option<Vec<Setting>> {
    let written = [
        "env",
        "dotenv",
        "properties",
        "ini",
        "",
        "text",
        "txt",
        "plaintext",
    ];
    if !written.contains(&fence.language.as_str()) {
        return None;
    }
    let mut found = Vec::new();
    let mut optional = false;
    for line in &fence.lines {
        let text = line.text.trim();
        if text.is_empty() {
            optional = false;
            continue;
        }
        if let Some(comment) = text.strip_prefix(['#', ';']) {
            optional = says_optional(comment);
            continue;
        }
        let (key, value) = text.strip_prefix("export ").unwrap_or(text).split_once('=')?;
        if !is_variable(key.trim_end()) {
            return None;
        }
        let (value, behind) = value.split_once(" #").unwrap_or((value, ""));
        let start = line.start + line.text.len() - line.text.trim_start().len();
        found.push(Setting {
            key: key.trim_end().to_owned(),
            value: value.trim().trim_matches(['"', '\'']).to_owned(),
            optional: optional || says_optional(behind),
            span: start..start + text.len(),
        });
    }
    (!found.is_empty()).then_some(found)
}

fn says_optional(comment: &str) -> bool {
    let lower = comment.to_lowercase();
    [
        "optional",
        "if needed",
        "if applicable",
        "only if",
        "opcional",
        "optionnel",
        "可选",
    ]
    .iter()
    .any(|word| lower.contains(word))
}
