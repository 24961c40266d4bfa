//! The environments of this installation, read at the start.

use crate::api::Error;
use domain::{Hash, environment::Environment};
use probe::Site;
use std::{collections::BTreeMap, path::Path, sync::Arc};

/// Every environment, usable or not, by name.
#[derive(Clone, Debug)]
pub struct Sites(Arc<Vec<Entry>>);

/// One file of the folder.
#[derive(Clone, Debug)]
pub enum Entry {
    /// It can be used.
    Usable(Box<Place>),
    /// It cannot: what is wrong, where, and what to do.
    Broken {
        /// The words.
        message: String,
    },
}

/// An environment that can be used.
#[derive(Clone, Debug)]
pub struct Place {
    /// As the file declares it: references and `$NAME` unresolved, so that it is safe to show.
    pub declared: Environment,
    /// The SHA-256 of the declaration, `published`, `served_by` and `webhooks` apart.
    pub hash: Hash,
    /// With everything filled in.
    pub site: Site,
}

impl Place {
    /// Whether the Gonogo on this host does here what changes or reads something.
    pub fn is_served_by(&self, host: &str) -> bool {
        let hosts = &self.declared.served_by;
        hosts.is_empty() || hosts.iter().any(|name| name.eq_ignore_ascii_case(host))
    }
}

impl Sites {
    /// Reads the folder. `variables` are what `$NAME` in the files stands for.
    pub fn load(folder: &Path, variables: &BTreeMap<String, String>) -> Self {
        let find = |name: &str| variables.get(name).cloned();
        let entries = probe::environment::load(folder).into_iter().map(|read| {
            let opened = read
                .map_err(|error| error.to_string())
                .and_then(|declared| open(declared, &find));
            match opened {
                Ok(place) => Entry::Usable(Box::new(place)),
                Err(message) => {
                    tracing::warn!(why = message, "an environment cannot be used");
                    Entry::Broken { message }
                }
            }
        });
        Self(Arc::new(entries.collect()))
    }

    /// Every file of the folder.
    pub fn all(&self) -> &[Entry] {
        &self.0
    }

    /// The environment of this name.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is none that can be used.
    pub fn place(&self, name: &str) -> Result<&Place, Error> {
        let usable = self.0.iter().filter_map(|entry| match entry {
            Entry::Usable(place) => Some(place.as_ref()),
            Entry::Broken { .. } => None,
        });
        usable.into_iter().find(|place| place.declared.name == name).ok_or_else(|| {
            Error::refused(format!(
                "There is no usable environment {name:?}: the environments page says which there are, and what is \
                 wrong with the others."
            ))
        })
    }
}

/// The server's variables, with `own` ones of this Gonogo.
pub fn variables<const N: usize>(own: [(&str, String); N]) -> BTreeMap<String, String> {
    let mut variables: BTreeMap<String, String> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    variables.extend(own.map(|(name, value)| (name.to_owned(), value)));
    variables
}

fn open(declared: Environment, find: &dyn Fn(&str) -> Option<String>) -> Result<Place, String> {
    // What runs without a server, who serves it and who is told changes nothing for the runs on it.
    let for_runs = Environment {
        published: Vec::new(),
        served_by: Vec::new(),
        webhooks: Vec::new(),
        ..declared.clone()
    };
    let hash = store::canonical::hash(&for_runs).map_err(|error| error.to_string())?;
    let site = Site::open(declared.clone(), find).map_err(|error| error.to_string())?;
    Ok(Place { declared, hash, site })
}
