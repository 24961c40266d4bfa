//! The way back: whether there is one, whether something proves it, and its order.

use super::document::line;
use super::{Findings, catalogue as c};
use crate::outline::{Outline, Purpose};
use crate::source::Source;
use domain::plan::{Section, SectionKind, Work};

/// Looks at the rollbacks of a document.
pub fn rollbacks(source: &Source, sections: &[Section], outline: &Outline, findings: &mut Findings) {
    let tiers: Vec<&Section> = sections
        .iter()
        .filter(|section| matches!(section.kind, SectionKind::Rollback { .. }))
        .collect();
    let works = sections
        .iter()
        .any(|section| matches!(section.kind, SectionKind::Phase { .. }) && !section.items.is_empty());
    if tiers.is_empty() && works && !names_a_way_back(sections) {
        findings.add(&c::NO_ROLLBACK, 0..0, "there is no section about the way back");
    }
    let coded = outline
        .fences
        .iter()
        .any(|fence| fence.purpose == Purpose::Rollback);
    for tier in tiers.iter().filter(|tier| coded && acts(tier)) {
        let items = tier.items.iter().map(|item| item.text.as_str());
        let proves = items
            .chain([tier.prose.as_str(), tier.title.as_str()])
            .any(|text| {
                let lower = text.to_lowercase();
                [
                    "curl ",
                    "verif",
                    "health",
                    "smoke",
                    "check that",
                    "confirm",
                    "monitor",
                ]
                .iter()
                .any(|word| lower.contains(word))
            });
        if !proves {
            findings.add(
                &c::ROLLBACK_UNPROVED,
                line(source, tier.line),
                format!("nothing verifies {:?}", tier.title),
            );
        }
        stops_first(source, tier, findings);
    }
}

/// It holds a command, in a box or in a block of code.
fn acts(tier: &Section) -> bool {
    let boxes = tier
        .items
        .iter()
        .any(|item| matches!(item.work, Work::Action { .. }));
    let mut inside = false;
    let command = |line: &str| {
        let text = line.trim();
        let fence = text.starts_with("```") || text.starts_with("~~~");
        inside ^= fence;
        inside && !fence && !text.is_empty() && !text.starts_with('#') && !text.starts_with("--")
    };
    boxes || tier.prose.lines().any(command)
}

/// A box or a heading speaks of it: the way back is written down, here or elsewhere.
fn names_a_way_back(sections: &[Section]) -> bool {
    let names = |text: &str| {
        let lower = text.to_lowercase();
        [
            "rollback",
            "roll back",
            "roll-back",
            "revert",
            "backout",
            "back out",
            "fallback",
            "откат",
            "retour arrière",
            "rückfall",
            "zurückrollen",
            "revertir",
            "reversión",
            "desfazer",
            "回滚",
            "回退",
            "ロールバック",
            "切り戻し",
            "롤백",
        ]
        .iter()
        .any(|word| lower.contains(word))
    };
    sections
        .iter()
        .any(|section| names(&section.title) || section.items.iter().any(|item| names(&item.text)))
}

/// `stop` of a service before `.env` is restored.
fn stops_first(source: &Source, tier: &Section, findings: &mut Findings) {
    let stop = tier
        .prose
        .find("compose stop")
        .or_else(|| tier.prose.find("compose down"));
    let restore = tier.prose.find(" .env");
    if let (Some(stop), Some(restore)) = (stop, restore)
        && stop < restore
        && tier.prose.contains(".env.backup")
    {
        findings.add(
            &c::STOP_FIRST,
            line(source, tier.line),
            "a service is stopped before the configuration that needs it is restored",
        );
    }
}
