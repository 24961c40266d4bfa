//! How a file becomes a site: references filled in, secrets read, addresses checked.

use super::SiteError;
use crate::place::plain;
use crate::redact::{SHORTEST_SECRET, Secrets};
use crate::{dial, fill};
use domain::environment::{Endpoint, Environment, Kubernetes};
use domain::probe::kubernetes::names_object;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use url::Url;

/// The longest file that is read as a secret, in bytes.
const SECRET_BYTES: u64 = 64 * 1024;

/// The reading of one environment.
pub(super) struct Opening<'a> {
    pub name: &'a str,
    pub variables: &'a dyn Fn(&str) -> Option<String>,
}

impl Opening<'_> {
    pub fn secrets(&self, environment: &Environment) -> Result<Secrets, SiteError> {
        let mut values = BTreeMap::new();
        for (name, reference) in &environment.secrets {
            let error = |why: String| SiteError::Secret {
                environment: self.name.to_owned(),
                name: name.clone(),
                why,
            };
            if !fill::is_name(name) {
                return Err(error(
                    "its name becomes a variable: use letters, digits and _ only".to_owned(),
                ));
            }
            let value = match reference.split_once(':') {
                Some(("env", variable)) => (self.variables)(variable)
                    .ok_or_else(|| error(format!("the server has no variable {variable}: set it")))?,
                Some(("file", path)) => {
                    let path = PathBuf::from(self.fill(&format!("secrets.{name}"), path, &|_| None)?);
                    read_secret(&path).map_err(|why| error(format!("{}: {why}", path.display())))?
                }
                _ => {
                    return Err(error(
                        "a secret is written as `env:NAME` or `file:/path`, never as its value".to_owned(),
                    ));
                }
            };
            if value.len() < SHORTEST_SECRET {
                let why = format!(
                    "it has {} bytes, too few to be masked: use at least {SHORTEST_SECRET}",
                    value.len()
                );
                return Err(error(why));
            }
            if value.contains('\0') {
                return Err(error(
                    "it contains a zero byte, which no variable can carry".to_owned(),
                ));
            }
            values.insert(name.clone(), value);
        }
        Ok(Secrets::new(values))
    }

    pub fn filled(&self, environment: Environment, secrets: &Secrets) -> Result<Environment, SiteError> {
        let Environment {
            name,
            title,
            class,
            work_directory,
            parameters,
            endpoints,
            kubernetes,
            load,
            windows,
            latency,
            paths,
            variables,
            secrets: references,
            shell,
            action_minutes,
            published,
            served_by,
            keep_images,
            automatic_rollback,
            webhooks,
        } = environment;
        let none = |_: &str| None;
        let map = |section: &str, map: BTreeMap<String, String>| {
            let pairs = map.into_iter().map(|(key, value)| {
                self.fill(&format!("{section}.{key}"), &value, &none)
                    .map(|value| (key, value))
            });
            pairs.collect::<Result<BTreeMap<_, _>, _>>()
        };
        Ok(Environment {
            work_directory: self.fill("work_directory", &work_directory, &none)?,
            parameters: map("parameters", parameters)?,
            endpoints: endpoints
                .into_iter()
                .map(|e| self.endpoint(e, secrets))
                .collect::<Result<_, _>>()?,
            kubernetes: kubernetes.map(|cluster| self.cluster(cluster)).transpose()?,
            load,
            windows,
            latency,
            paths: paths
                .iter()
                .map(|path| self.fill("paths", path, &none))
                .collect::<Result<_, _>>()?,
            variables: map("variables", variables)?,
            name,
            title,
            class,
            secrets: references,
            shell,
            action_minutes,
            published,
            served_by,
            keep_images,
            automatic_rollback,
            webhooks,
        })
    }

    fn endpoint(&self, endpoint: Endpoint, secrets: &Secrets) -> Result<Endpoint, SiteError> {
        let key = format!("endpoint {}, url", endpoint.name);
        // A secret that is the whole address stands as it is; within an address its characters must not end a part.
        let whole =
            endpoint.url.starts_with('$') && fill::is_name(endpoint.url[1..].trim_matches(['{', '}']));
        let secret = |name: &str| {
            let value = secrets.value(name)?;
            Some(if whole {
                value.to_owned()
            } else {
                percent_encoded(value)
            })
        };
        Ok(Endpoint {
            url: self.fill(&key, &endpoint.url, &secret)?,
            ..endpoint
        })
    }

    fn cluster(&self, cluster: Kubernetes) -> Result<Kubernetes, SiteError> {
        let file = cluster
            .kubeconfig
            .map(|file| self.fill("kubernetes.kubeconfig", &file, &|_| None))
            .transpose()?;
        Ok(Kubernetes {
            context: self.fill("kubernetes.context", &cluster.context, &|_| None)?,
            namespaces: cluster.namespaces,
            kubeconfig: file,
        })
    }

    fn fill(
        &self,
        key: &str,
        text: &str,
        first: &dyn Fn(&str) -> Option<String>,
    ) -> Result<String, SiteError> {
        fill::fill(text, &|name| first(name).or_else(|| (self.variables)(name))).map_err(|name| {
            SiteError::NoValue {
                environment: self.name.to_owned(),
                key: key.to_owned(),
                name,
            }
        })
    }

    pub fn check(&self, environment: &Environment) -> Result<(), SiteError> {
        let error = |key: String, why: String| SiteError::Value {
            environment: self.name.to_owned(),
            key,
            why,
        };
        if !Path::new(&environment.work_directory).is_absolute() {
            let why = format!(
                "{} is not absolute: write the whole path",
                environment.work_directory
            );
            return Err(error("work_directory".to_owned(), why));
        }
        if environment.shell.first().is_none_or(String::is_empty) {
            return Err(error(
                "shell".to_owned(),
                "it is empty: leave the key out for bash".to_owned(),
            ));
        }
        if environment
            .action_minutes
            .is_some_and(|minutes| !(1..=24 * 60).contains(&minutes))
        {
            return Err(error(
                "action_minutes".to_owned(),
                "it is a number of minutes from 1 to 1440".to_owned(),
            ));
        }
        for path in &environment.paths {
            if !Path::new(path).is_absolute() {
                return Err(error(
                    "paths".to_owned(),
                    format!("{path} is not absolute: write the whole path"),
                ));
            }
        }
        if let Some(cluster) = &environment.kubernetes {
            check_cluster(cluster).map_err(|(key, why)| error(format!("kubernetes.{key}"), why))?;
        }
        for name in environment.variables.keys() {
            if !fill::is_name(name) {
                let why = "use letters, digits and _ only".to_owned();
                return Err(error(format!("variables.{name}"), why));
            }
        }
        let mut taken: BTreeMap<String, &str> = BTreeMap::new();
        for endpoint in &environment.endpoints {
            let key = format!("endpoint {}", endpoint.name);
            check_address(&endpoint.url).map_err(|why| error(format!("{key}, url"), why))?;
            for written in endpoint.replaces.iter().chain([&endpoint.name]) {
                if let Some(other) = taken.insert(written.to_ascii_lowercase(), &endpoint.name) {
                    let why = format!("{written} already stands for the endpoint {other}: name it once");
                    return Err(error(key, why));
                }
            }
        }
        if let Some(load) = &environment.load {
            load.check(environment).map_err(|no| error(no.key, no.why))?;
        }
        if let Some(latency) = &environment.latency {
            latency
                .check(environment)
                .map_err(|no| error(format!("latency.{}", no.key), no.why))?;
        }
        Ok(())
    }
}

/// The key that cannot be used, and why.
fn check_cluster(cluster: &Kubernetes) -> Result<(), (&'static str, String)> {
    if cluster.context.is_empty() || cluster.context.chars().any(char::is_control) {
        return Err((
            "context",
            "it names no context: `kubectl config get-contexts` lists them".to_owned(),
        ));
    }
    if let Some(name) = cluster.namespaces.iter().find(|name| !names_object(name)) {
        return Err(("namespaces", format!("{name:?} is no name of a namespace")));
    }
    let mut files = cluster.kubeconfig.iter().flat_map(|files| files.split(':'));
    match files.find(|file| !Path::new(file).is_absolute()) {
        Some(file) => Err((
            "kubeconfig",
            format!("{file} is not absolute: write the whole path"),
        )),
        None => Ok(()),
    }
}

pub(super) fn check_address(address: &str) -> Result<(), String> {
    // The address may hold a password: it is not repeated.
    let url = Url::parse(address)
        .map_err(|why| format!("it is not an address ({why}): write `http://host:port`"))?;
    match url.scheme() {
        "http" | "https" | "postgres" | "postgresql" | "redis" | "tcp" => {}
        "unix" if url.host_str().unwrap_or_default().is_empty() && url.path().len() > 1 => return Ok(()),
        "unix" => return Err("a socket is written with three slashes: unix:///run/docker.sock".to_owned()),
        other => {
            return Err(format!(
                "the scheme {other} is not known: use http, https, postgres, redis, unix or tcp"
            ));
        }
    }
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host.parse()
        .map_or(Ok(()), |ip| dial::check(ip).map_err(|why| why.to_string()))
}

/// A password within an address is masked, unless the address shows it elsewhere anyway (`gonogo:gonogo@…/gonogo`).
pub(super) fn hide_password(endpoint: &Endpoint, secrets: &mut Secrets) {
    let Ok(url) = Url::parse(&endpoint.url) else {
        return;
    };
    let shown = [
        url.username(),
        url.host_str().unwrap_or_default(),
        url.path().trim_matches('/'),
    ];
    let query = url
        .query_pairs()
        .find(|(key, _)| key == "password")
        .map(|(_, value)| value.into_owned());
    for password in url.password().map(percent_decoded).into_iter().chain(query) {
        if !shown.contains(&password.as_str()) {
            secrets.hide(&format!("password of {}", endpoint.name), &password);
        }
    }
}

fn read_secret(path: &Path) -> Result<String, String> {
    let file = std::fs::File::open(path)
        .map_err(|why| format!("{}: is the path right, and may the server read it?", plain(&why)))?;
    if !file.metadata().map_err(|why| why.to_string())?.is_file() {
        return Err("it is not a file".to_owned());
    }
    let mut text = String::new();
    let read = file
        .take(SECRET_BYTES + 1)
        .read_to_string(&mut text)
        .map_err(|why| why.to_string())?;
    if read as u64 > SECRET_BYTES {
        return Err("it is longer than 64 KB: is it the right file?".to_owned());
    }
    Ok(text.trim_end_matches(['\n', '\r']).to_owned())
}

fn percent_encoded(value: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(byte);
    value
        .bytes()
        .map(|b| {
            if plain(&b) {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect()
}

pub(crate) fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let hex = |digits: &[u8]| {
            std::str::from_utf8(digits)
                .ok()
                .and_then(|d| u8::from_str_radix(d, 16).ok())
        };
        match (first, after.get(..2).and_then(hex)) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
