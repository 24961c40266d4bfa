//! What is started for a command: its words, its folder, and the variables that it gets.

use super::Program;
use crate::context::Context;
use crate::orphan::MARK;
use crate::parameter;
use crate::site::Site;

/// The text of a command, given to the environment's shell.
pub(crate) fn shell(command: &str, site: &Site, context: &Context) -> Program {
    let mut arguments = site.environment.shell.clone();
    arguments.push(command.to_owned());
    Program {
        arguments,
        refused: parameter::unfit(command, site),
        ..program(site, context)
    }
}

/// A program in the work directory with the variables that commands get, and no others.
pub(crate) fn program(site: &Site, context: &Context) -> Program {
    let mut variables = context.variables.clone();
    variables.insert("LANG".to_owned(), "C.UTF-8".to_owned());
    variables.insert("TZ".to_owned(), "UTC".to_owned());
    variables.extend(site.environment.variables.clone());
    variables.extend(
        site.secrets
            .values()
            .map(|(name, value)| (name.to_owned(), value.to_owned())),
    );
    let parameters = site.environment.parameters.iter();
    variables.extend(parameters.map(|(name, value)| (parameter::variable(name), value.clone())));
    variables.insert("GONOGO_RELEASE".to_owned(), site.release.clone());
    if let Some(results) = &site.results {
        let folder = site.work_directory().join(results);
        variables.insert("GONOGO_RESULTS".to_owned(), folder.display().to_string());
    }
    if let Some(mark) = &site.mark {
        variables.insert(MARK.to_owned(), mark.clone());
    }
    variables.insert("GONOGO_ENVIRONMENT".to_owned(), site.environment.name.clone());
    Program {
        arguments: Vec::new(),
        directory: site.work_directory().to_owned(),
        variables,
        deadline: site.command_deadline,
        proc: context.proc.clone(),
        refused: None,
    }
}
