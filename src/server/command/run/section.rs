//! `--section`: which sections of the plan are meant.

use anyhow::bail;
use checklist::report::visible;
use domain::{
    outline::OutlineSection,
    plan::{Plan, Section},
};

/// Of each section of the plan, whether it is one of those that are wanted: by its id, its heading as the document or
/// Gonogo writes it, or the heading above it. Nothing wanted: all.
///
/// # Errors
/// There is no such section: which there are.
pub fn chosen(plan: &Plan, document: &[u8], wanted: &[String]) -> anyhow::Result<Vec<bool>> {
    if wanted.is_empty() {
        return Ok(vec![true; plan.sections.len()]);
    }
    let document = String::from_utf8_lossy(document);
    let written: Vec<&str> = document.lines().collect();
    let names: Vec<Vec<String>> = plan
        .sections
        .iter()
        .map(|section| names(section, &written))
        .collect();
    let wanted: Vec<(&String, String)> = wanted.iter().map(|name| (name, plain(name))).collect();
    let there = |name: &String| names.iter().any(|names| names.contains(name));
    if let Some((unknown, _)) = wanted.iter().find(|(_, name)| !there(name)) {
        bail!(
            "there is no section {unknown:?}; the sections are:\n{}",
            listing(plan)
        );
    }
    let is_wanted = |names: &Vec<String>| wanted.iter().any(|(_, name)| names.contains(name));
    Ok(names.iter().map(is_wanted).collect())
}

fn names(section: &Section, document: &[&str]) -> Vec<String> {
    let line = (section.line as usize).checked_sub(1);
    let written = line.and_then(|line| document.get(line)).copied();
    let heading = OutlineSection::from(section).heading();
    let mut names = vec![plain(&section.id.0), plain(&section.title), plain(&heading)];
    names.extend(written.map(plain));
    names.extend(section.group.as_deref().map(plain));
    // What has no words names nothing.
    names.retain(|name| !name.is_empty());
    names
}

/// Without marks of Markdown, in lower case, each white space one space.
fn plain(text: &str) -> String {
    let marks = |c: char| c.is_whitespace() || matches!(c, '#' | '*' | '_' | ':' | '>' | '\u{feff}');
    let words: Vec<&str> = text.trim_matches(marks).split_whitespace().collect();
    words.join(" ").to_lowercase()
}

fn listing(plan: &Plan) -> String {
    let widest = plan.sections.iter().map(|section| section.id.0.chars().count());
    let width = widest.max().unwrap_or_default().min(40);
    let line = |section: &Section| {
        let heading = OutlineSection::from(section).heading();
        format!("  {:<width$}  {}", section.id.0, visible(&heading))
    };
    plan.sections.iter().map(line).collect::<Vec<_>>().join("\n")
}
