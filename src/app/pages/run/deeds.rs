//! The forms of a run's page.

use crate::api::{
    Error,
    action::{CancelAction, RunAction},
    env_edit::AcceptEnvEdit,
    follow_up::{EndFollowUp, TakeFollowUp},
    guide::{Escalate, TellGuide},
    hold_off::HoldRollback,
    measurement::{ChooseMeasurement, StartMeasurement, StopMeasurement},
    phase::{GoOn, SkipLine, StartPhase, StopPhase},
    rollback::{AcceptDifferences, RetryStep, SkipStep, StartRollback, StopStep},
    run::{BeginRun, CloseRun, FillBlank, GoAhead, SetT0, Settle, Verify},
    sign_off::{Review, Sign, Withdraw},
};
use leptos::prelude::*;

/// One action for each kind of form.
#[derive(Clone, Copy)]
pub struct Deeds {
    /// Verifies.
    pub verify: ServerAction<Verify>,
    /// Runs an action.
    pub act: ServerAction<RunAction>,
    /// Ends an action.
    pub cancel: ServerAction<CancelAction>,
    /// Writes an offered edit of a `.env` file.
    pub edit: ServerAction<AcceptEnvEdit>,
    /// Overrides, waives, skips, reopens.
    pub settle: ServerAction<Settle>,
    /// Fills a blank in.
    pub fill: ServerAction<FillBlank>,
    /// Starts a measurement.
    pub measure: ServerAction<StartMeasurement>,
    /// Ends it.
    pub stop_measuring: ServerAction<StopMeasurement>,
    /// Lets another measurement count.
    pub choose: ServerAction<ChooseMeasurement>,
    /// Takes care of a follow-up.
    pub take_follow_up: ServerAction<TakeFollowUp>,
    /// Says how a follow-up ended.
    pub end_follow_up: ServerAction<EndFollowUp>,
    /// Says whether a guide helped.
    pub tell_guide: ServerAction<TellGuide>,
    /// Hands a line on.
    pub escalate: ServerAction<Escalate>,
    /// Begins the execution.
    pub begin: ServerAction<BeginRun>,
    /// Goes on to a phase out of order.
    pub ahead: ServerAction<GoAhead>,
    /// Sets T0.
    pub t0: ServerAction<SetT0>,
    /// Closes or abandons.
    pub close: ServerAction<CloseRun>,
    /// Starts a phase that the run goes through by itself.
    pub run_phase: ServerAction<StartPhase>,
    /// Goes on with it.
    pub go_on: ServerAction<GoOn>,
    /// Leaves the line out at which it asks.
    pub skip_line: ServerAction<SkipLine>,
    /// Ends what it is at.
    pub stop_phase: ServerAction<StopPhase>,
    /// Holds the rollback that starts by itself.
    pub hold: ServerAction<HoldRollback>,
    /// Starts a rollback.
    pub roll_back: ServerAction<StartRollback>,
    /// Runs a step of it again.
    pub retry_step: ServerAction<RetryStep>,
    /// Leaves a step of it out.
    pub skip_step: ServerAction<SkipStep>,
    /// Ends the step of it that is under way.
    pub stop_step: ServerAction<StopStep>,
    /// Accepts that a part is not as it was.
    pub accept: ServerAction<AcceptDifferences>,
    /// Prepares a signature.
    pub review: ServerAction<Review>,
    /// Signs.
    pub sign: ServerAction<Sign>,
    /// Takes a signature back.
    pub withdraw: ServerAction<Withdraw>,
}

impl Deeds {
    /// None done yet.
    pub fn new() -> Self {
        Self {
            verify: ServerAction::new(),
            act: ServerAction::new(),
            cancel: ServerAction::new(),
            edit: ServerAction::new(),
            settle: ServerAction::new(),
            fill: ServerAction::new(),
            measure: ServerAction::new(),
            stop_measuring: ServerAction::new(),
            choose: ServerAction::new(),
            take_follow_up: ServerAction::new(),
            end_follow_up: ServerAction::new(),
            tell_guide: ServerAction::new(),
            escalate: ServerAction::new(),
            begin: ServerAction::new(),
            ahead: ServerAction::new(),
            t0: ServerAction::new(),
            close: ServerAction::new(),
            run_phase: ServerAction::new(),
            go_on: ServerAction::new(),
            skip_line: ServerAction::new(),
            stop_phase: ServerAction::new(),
            hold: ServerAction::new(),
            roll_back: ServerAction::new(),
            retry_step: ServerAction::new(),
            skip_step: ServerAction::new(),
            stop_step: ServerAction::new(),
            accept: ServerAction::new(),
            review: ServerAction::new(),
            sign: ServerAction::new(),
            withdraw: ServerAction::new(),
        }
    }

    /// The error of whichever failed last.
    pub fn error(self) -> Signal<Option<Error>> {
        let values = move || {
            [
                self.verify.value().get(),
                self.act.value().get(),
                self.cancel.value().get(),
                self.edit.value().get(),
                self.settle.value().get(),
                self.fill.value().get(),
                self.measure.value().get(),
                self.stop_measuring.value().get(),
                self.choose.value().get(),
                self.take_follow_up.value().get(),
                self.end_follow_up.value().get(),
                self.tell_guide.value().get(),
                self.escalate.value().get(),
                self.begin.value().get(),
                self.ahead.value().get(),
                self.t0.value().get(),
                self.close.value().get(),
                self.run_phase.value().get(),
                self.go_on.value().get(),
                self.skip_line.value().get(),
                self.stop_phase.value().get(),
                self.hold.value().get(),
                self.roll_back.value().get(),
                self.retry_step.value().get(),
                self.skip_step.value().get(),
                self.stop_step.value().get(),
                self.accept.value().get(),
                self.review.value().get(),
                self.sign.value().get(),
                self.withdraw.value().get(),
            ]
        };
        Signal::derive(move || values().into_iter().flatten().find_map(Result::err))
    }
}
