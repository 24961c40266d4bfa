//! The rollback horizon: how far the ways back still lead.
//!
//! A command is judged by its words, and against itself: what looks like changing data counts as that, and what is not plainly
//! taken back by a step counts as staying.

use crate::{
    environment::Class,
    plan::{ItemId, Plan, SectionKind, Work},
    rollback::{Deed, Tier},
    run::{How, Run},
    verdict::Verdict,
};
use serde::{Deserialize, Serialize};

mod effect;
use effect::{Effect, effects, takes_back};

/// Which ways back lead to how things were.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "horizon", rename_all = "snake_case")]
pub enum Horizon {
    /// The first, which is the quickest.
    Immediate,
    /// Not the first, but another.
    Full,
    /// None: what is wrong is mended by going on.
    ForwardOnly {
        /// The line after which it is so.
        since: ItemId,
        /// Why, in one sentence.
        why: String,
    },
}

/// The horizon of a run as it stands: what was begun counts, however it ended, and what somebody did by hand.
pub fn horizon(plan: &Plan, run: &Run) -> Horizon {
    let mut way = Way::new(plan, run.start.class);
    for (id, command) in actions(plan) {
        if happened(plan, run, id) {
            way.go(id, command);
        }
    }
    way.horizon()
}

/// The lines of a plan after which the horizon is another, with what it is from then on, where they are done in their order.
pub fn turns(plan: &Plan, class: Class) -> Vec<(ItemId, Horizon)> {
    let mut way = Way::new(plan, class);
    let (mut last, mut turns) = (way.horizon(), Vec::new());
    for (id, command) in actions(plan) {
        way.go(id, command);
        let now = way.horizon();
        if now != last {
            turns.push((id.clone(), now.clone()));
            last = now;
        }
    }
    turns
}

/// What changes the target in the phases and before them, in the document's order. A way back is not on the way.
fn actions(plan: &Plan) -> impl Iterator<Item = (&ItemId, &str)> {
    let forth = plan.sections.iter().filter(|section| match section.kind {
        SectionKind::Rollback { .. } | SectionKind::Troubleshooting => false,
        SectionKind::Preflight
        | SectionKind::Phase { .. }
        | SectionKind::Window { .. }
        | SectionKind::Benchmark
        | SectionKind::Criteria
        | SectionKind::SignOff
        | SectionKind::FollowUp
        | SectionKind::Prose => true,
    });
    let works = forth.flat_map(|section| {
        let items = section.items.iter().map(|item| (&item.id, &item.work));
        items.chain(section.checks.iter().map(|check| (&check.id, &check.work)))
    });
    works.filter_map(|(id, work)| match work {
        Work::Action { command, .. } => Some((id, command.as_str())),
        Work::Probe { .. } | Work::Attestation | Work::Parent => None,
    })
}

/// Whether it may have had its effect: it was started, somebody says that it was done, or its own proof passes.
fn happened(plan: &Plan, run: &Run, id: &ItemId) -> bool {
    let Some(state) = run.items.get(id) else {
        return false;
    };
    let said = state
        .settlement
        .as_ref()
        .is_some_and(|settlement| match settlement.how {
            How::Attested { .. } | How::Overridden => true,
            How::Waived { .. } | How::Skipped => false,
        });
    let own = matches!(plan.work(id), Some(Work::Action { proof: Some(_), .. }));
    let latest = state.latest.as_ref();
    let proved = own && latest.is_some_and(|latest| latest.verdict == Verdict::Pass);
    state.action.is_some() || said || proved
}

/// The ways back that are left while one goes on.
struct Way<'a> {
    class: Class,
    all: usize,
    /// The first tier, as long as it leads back.
    first: bool,
    left: Vec<&'a Tier>,
    /// Where the last of them ended, and why.
    over: Option<(ItemId, String)>,
}

impl<'a> Way<'a> {
    fn new(plan: &'a Plan, class: Class) -> Self {
        // A tier of which nothing exists here leads nowhere.
        let left: Vec<&Tier> = plan
            .rollback
            .iter()
            .filter(|tier| tier.steps_in(class).next().is_some())
            .collect();
        Self {
            class,
            all: left.len(),
            first: true,
            left,
            over: None,
        }
    }

    fn go(&mut self, id: &ItemId, command: &str) {
        for effect in effects(command) {
            if self.over.is_none() {
                self.leave(id, effect);
            }
        }
    }

    /// One goes on and leaves this behind.
    fn leave(&mut self, id: &ItemId, effect: Effect) {
        let class = self.class;
        self.first &= self.left.first().is_some_and(|tier| undoes(tier, class, effect));
        self.left.retain(|tier| undoes(tier, class, effect));
        if self.left.is_empty() {
            let why = match self.all {
                0 => format!("the checklist has no way back in {class}"),
                _ => format!(
                    "it {}, and no step of a way back takes that back in {class}",
                    effect.words()
                ),
            };
            self.over = Some((id.clone(), why));
        }
    }

    fn horizon(&self) -> Horizon {
        match &self.over {
            Some((since, why)) => Horizon::ForwardOnly {
                since: since.clone(),
                why: why.clone(),
            },
            None if self.first => Horizon::Immediate,
            None => Horizon::Full,
        }
    }
}

/// Whether a tier takes such an effect back. What a person does by hand is not known to.
fn undoes(tier: &Tier, class: Class, done: Effect) -> bool {
    let commands = tier.steps_in(class).filter_map(|step| match &step.deed {
        Deed::Command { command } => Some(command.as_str()),
        Deed::EnvEdit { .. } | Deed::Restore { .. } | Deed::Verify { .. } | Deed::ByHand { .. } => None,
    });
    done == Effect::Passing || commands.into_iter().any(|command| takes_back(command, done))
}
