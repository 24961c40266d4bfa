//! The command of a line, as whoever started the phase may run it now.

use crate::{
    api::Error,
    server::{
        action,
        run::{self, Opened},
        task::{Gone, Lease},
    },
};
use domain::{
    Right,
    outline::{OutlineLine, OutlineSection},
    permission,
    person::Person,
    phase::Why,
    plan::ItemId,
};
use probe::Site;

/// A command and where it runs.
pub struct Command<'a> {
    /// Its line.
    pub line: &'a OutlineLine,
    /// The exact bytes.
    pub text: String,
    /// Where.
    pub site: Site,
}

/// What everything carries that a line of the phase starts.
pub fn mark(lease: &Lease, item: &ItemId) -> String {
    format!("{}/{item}", lease.mark())
}

impl<'a> Command<'a> {
    /// The command of line `item`, for whoever started the phase; else why the phase asks there. A database that is away is
    /// waited for.
    ///
    /// # Errors
    /// [`Gone`].
    pub async fn of(
        lease: &Lease,
        opened: &Opened,
        phase: &'a OutlineSection,
        item: &ItemId,
    ) -> Result<Result<Self, (Why, String)>, Gone> {
        let starter = starter(lease).await?;
        Ok(Self::for_person(lease, opened, phase, item, starter))
    }

    fn for_person(
        lease: &Lease,
        opened: &Opened,
        phase: &'a OutlineSection,
        item: &ItemId,
        starter: Option<Person>,
    ) -> Result<Self, (Why, String)> {
        let failed = |error: Error| (Why::Failed, error.to_string());
        let (state, plan, run) = (&lease.state, &opened.pinned.plan, &opened.pinned.run);
        let (text, _) = action::command(plan, item).map_err(failed)?;
        let line = phase.lines.iter().find(|line| line.id == *item);
        let line = line.ok_or_else(|| (Why::Failed, "it is no line of this phase".to_owned()))?;
        let mut site = run::site(state, opened).map_err(failed)?;
        action::filled(plan, text, &site).map_err(failed)?;
        theirs(lease, opened, line, starter)?;
        // One that its owner died in is under way.
        if !action::is_running(run, item) {
            action::may_act(state, opened, run, item).map_err(failed)?;
        }
        site.action_deadline = action::deadline(plan, item, &site);
        Ok(Self {
            line,
            text: text.to_owned(),
            site: site.with_mark(mark(lease, item)),
        })
    }
}

/// Whether whoever started it still may, and holds the role that the line asks for.
fn theirs(
    lease: &Lease,
    opened: &Opened,
    line: &OutlineLine,
    starter: Option<Person>,
) -> Result<(), (Why, String)> {
    let (name, run) = (lease.task.by.name(), &opened.pinned.run);
    let starter = starter.map(|person| person.at(&run.start.environment));
    match starter.filter(|person| person.may(Right::Act, Some(run.start.class))) {
        None => Err((Why::Person, format!("{name} may not run it any more"))),
        Some(person) if permission::is_theirs(run, line, &person) => Ok(()),
        Some(_) => {
            let role = line.role.as_deref().unwrap_or_default().replace('_', " ");
            Err((Why::Person, format!("it is for the role {role}")))
        }
    }
}

/// Whoever started the phase, where they still are somebody here.
async fn starter(lease: &Lease) -> Result<Option<Person>, Gone> {
    let found = loop {
        let asked = async {
            let mut connection = lease.state.pool.acquire().await?;
            store::person::by_name(&mut connection, lease.task.by.name()).await
        };
        match asked.await {
            Ok(found) => break found,
            Err(error) => lease.wait_after(error).await?,
        }
    };
    let enabled = found.filter(|person| person.disabled_at.is_none());
    Ok(enabled.map(Person::from))
}
