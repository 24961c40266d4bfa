//! The forms of a run's page.

use crate::{
    api::{
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
    },
    app::deed::Deed,
};
use leptos::prelude::*;

/// One action for each kind of form.
#[derive(Clone, Copy)]
pub struct Deeds {
    /// Verifies.
    pub verify: Deed,
    /// Runs an action.
    pub act: Deed,
    /// Ends an action.
    pub cancel: Deed,
    /// Writes an offered edit of a `.env` file.
    pub edit: Deed,
    /// Overrides, waives, skips, reopens.
    pub settle: Deed,
    /// Fills a blank in.
    pub fill: Deed,
    /// Starts a measurement.
    pub measure: Deed,
    /// Ends it.
    pub stop_measuring: Deed,
    /// Lets another measurement count.
    pub choose: Deed,
    /// Takes care of a follow-up.
    pub take_follow_up: Deed,
    /// Says how a follow-up ended.
    pub end_follow_up: Deed,
    /// Says whether a guide helped.
    pub tell_guide: Deed,
    /// Hands a line on.
    pub escalate: Deed,
    /// Begins the execution.
    pub begin: Deed,
    /// Goes on to a phase out of order.
    pub ahead: Deed,
    /// Sets T0.
    pub t0: Deed,
    /// Closes or abandons.
    pub close: Deed,
    /// Starts a phase that the run goes through by itself.
    pub run_phase: Deed,
    /// Goes on with it.
    pub go_on: Deed,
    /// Leaves the line out at which it asks.
    pub skip_line: Deed,
    /// Ends what it is at.
    pub stop_phase: Deed,
    /// Holds the rollback that starts by itself.
    pub hold: Deed,
    /// Starts a rollback.
    pub roll_back: Deed,
    /// Runs a step of it again.
    pub retry_step: Deed,
    /// Leaves a step of it out.
    pub skip_step: Deed,
    /// Ends the step of it that is under way.
    pub stop_step: Deed,
    /// Accepts that a part is not as it was.
    pub accept: Deed,
    /// Prepares a signature.
    pub review: Deed,
    /// Signs.
    pub sign: Deed,
    /// Takes a signature back.
    pub withdraw: Deed,
}

impl Deeds {
    /// None done yet.
    pub fn new() -> Self {
        Self {
            verify: Deed::to::<Verify>(),
            act: Deed::to::<RunAction>(),
            cancel: Deed::to::<CancelAction>(),
            edit: Deed::to::<AcceptEnvEdit>(),
            settle: Deed::to::<Settle>(),
            fill: Deed::to::<FillBlank>(),
            measure: Deed::to::<StartMeasurement>(),
            stop_measuring: Deed::to::<StopMeasurement>(),
            choose: Deed::to::<ChooseMeasurement>(),
            take_follow_up: Deed::to::<TakeFollowUp>(),
            end_follow_up: Deed::to::<EndFollowUp>(),
            tell_guide: Deed::to::<TellGuide>(),
            escalate: Deed::to::<Escalate>(),
            begin: Deed::to::<BeginRun>(),
            ahead: Deed::to::<GoAhead>(),
            t0: Deed::to::<SetT0>(),
            close: Deed::to::<CloseRun>(),
            run_phase: Deed::to::<StartPhase>(),
            go_on: Deed::to::<GoOn>(),
            skip_line: Deed::to::<SkipLine>(),
            stop_phase: Deed::to::<StopPhase>(),
            hold: Deed::to::<HoldRollback>(),
            roll_back: Deed::to::<StartRollback>(),
            retry_step: Deed::to::<RetryStep>(),
            skip_step: Deed::to::<SkipStep>(),
            stop_step: Deed::to::<StopStep>(),
            accept: Deed::to::<AcceptDifferences>(),
            review: Deed::to::<Review>(),
            sign: Deed::to::<Sign>(),
            withdraw: Deed::to::<Withdraw>(),
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
