//! What a step must leave, and what happens where nobody knows how it ended.

use super::mend;
use crate::contract;
use crate::proof;
use domain::plan::{Section, Work};
use domain::probe::{DockerProbe, DockerQuestion, Filter, ProbeSpec, TextRule};
use domain::rollback::{Contract, Deed, Step};

/// Gives each step its proof and its contract.
pub fn settle(steps: &mut [Step], sections: &[Section]) {
    let mut edited: Vec<(String, String)> = Vec::new();
    for step in steps {
        match &step.deed {
            Deed::EnvEdit { file, lines } => {
                edited.extend(lines.iter().cloned());
                let lines = lines.iter().map(|(key, value)| ProbeSpec::EnvLine {
                    file: file.clone(),
                    key: key.clone(),
                    value: Some(value.clone()),
                });
                step.proof = one_or_all(lines.collect());
                step.contract = Contract::Idempotent;
            }
            Deed::Restore { .. } | Deed::Verify { .. } => step.contract = Contract::Idempotent,
            Deed::ByHand { .. } => step.contract = Contract::Manual,
            Deed::Command { command } => {
                step.proof = proof::own(command).or_else(|| environment(command, &edited, sections));
                step.contract = match (contract::of(command), &step.proof) {
                    (Contract::Manual, Some(_)) => Contract::Checkable,
                    (contract, _) => contract,
                };
            }
        }
    }
}

/// A container that was made anew has the lines that were edited before, where the document asks that container for its
/// environment elsewhere, so that it is known to get them.
fn environment(command: &str, edited: &[(String, String)], sections: &[Section]) -> Option<ProbeSpec> {
    let service = mend::recreated(command)?;
    let asked = |work: &Work| {
        match work {
        Work::Probe { spec } => spec.leaves().into_iter().any(|leaf| {
            matches!(leaf, ProbeSpec::Docker(DockerProbe { services, question: DockerQuestion::Environment { .. }, .. })
                if services.iter().any(|asked| asked == service))
        }),
        Work::Action { .. } | Work::Attestation | Work::Parent => false,
    }
    };
    let known = sections.iter().any(|section| {
        section.items.iter().any(|item| asked(&item.work))
            || section.checks.iter().any(|check| asked(&check.work))
    });
    let open = |key: &str| !crate::lint::secret::is_secret(key);
    let questions = edited.iter().filter(|(key, _)| open(key)).map(|(key, value)| {
        ProbeSpec::Docker(DockerProbe {
            project: None,
            services: vec![service.to_owned()],
            question: DockerQuestion::Environment {
                filters: vec![Filter::Grep {
                    pattern: format!("{key}="),
                    ignore_case: false,
                    invert: false,
                }],
                rules: vec![TextRule::Contains(format!("{key}={value}"))],
            },
        })
    });
    let questions: Vec<ProbeSpec> = questions.collect();
    known.then(|| one_or_all(questions)).flatten()
}

fn one_or_all(mut specs: Vec<ProbeSpec>) -> Option<ProbeSpec> {
    match specs.len() {
        0 | 1 => specs.pop(),
        _ => Some(ProbeSpec::All(specs)),
    }
}
