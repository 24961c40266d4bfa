//! Dumps: whether one is there and whole.

use super::{Look, met, missing};
use crate::blocking::blocking;
use crate::file::{self, Content, Kind, Seen, Wanted};
use crate::fill;
use crate::output::excerpt;
use crate::place::Place;
use crate::run::{self, End};
use domain::quantity::bytes;
use domain::readiness::NeedState;

/// What stands in the last 4 KB of a dump that was written to its end, of one database or of all (`pg_dump`, `pg_dumpall`,
/// `mysqldump`).
const ENDS: &[&str] = &[
    "PostgreSQL database dump complete",
    "PostgreSQL database cluster dump complete",
    "-- Dump completed",
];

/// Dumps that say nothing at their end, by their first bytes, with the program that reads them to their end and writes nothing.
const PACKED: [(&[u8], &[&str]); 3] = [
    (b"PGDMP", &["pg_restore", "--file=/dev/null"]),
    (&[0x1f, 0x8b], &["gzip", "--test"]),
    (&[0x28, 0xb5, 0x2f, 0xfd], &["zstd", "--test", "--quiet"]),
];

/// How long a dump may be that is read to its end each time, in bytes.
const READ_BYTES: u64 = 64 * 1024 * 1024;

const AGAIN: &str = "make the dump again, while the database is as it was before the deployment";

impl Look<'_> {
    pub(super) async fn dump(&self, written: &str) -> Result<NeedState, String> {
        if written.contains(['*', '?', '[']) {
            return Err(format!("{written} may stand for several files"));
        }
        let path = fill::dates(written, (self.round.context.clock)());
        let place = Place::of(&path, self.site)?;
        let (whole, site) = (place.shown(), self.site.clone());
        let looking = blocking(self.site, move || {
            let start = place.read().map(|(start, _)| start).unwrap_or_default();
            Ok((file::observe(&place, Wanted::THE_END, &site)?, start))
        });
        let (seen, start) = looking.await?;
        let (kind, size, ending) = match seen {
            Seen::Nothing => return Ok(missing(format!("{path} does not exist"), AGAIN)),
            Seen::Something {
                kind, size, ending, ..
            } => (kind, size, ending),
        };
        match ending {
            _ if kind != Kind::File => Err(format!("{path} is no file, so nobody knows whether it is whole")),
            _ if size == 0 => Ok(missing(format!("{path} is empty"), AGAIN)),
            None => Err(format!("the end of {path} was not read")),
            Some(Content::Closed(why)) => Err(why),
            Some(Content::Read { bytes: ending, .. }) => {
                let ending = String::from_utf8_lossy(&ending);
                let reader = PACKED.iter().find(|(first, _)| start.starts_with(first));
                match reader {
                    Some((_, reader)) if size <= READ_BYTES => {
                        self.read_by(reader, &path, &whole, size).await
                    }
                    Some(_) => Err(format!(
                        "{path} has {}, too much to be read to its end each time, and does not say there that it is whole",
                        bytes(size)
                    )),
                    None if ENDS.iter().any(|end| ending.contains(end)) => {
                        Ok(met(format!("{}, written to its end", bytes(size))))
                    }
                    None => Ok(missing(
                        format!("{path} does not say at its end that it is whole"),
                        AGAIN,
                    )),
                }
            }
        }
    }

    /// Whether a program of ours reads it to its end without a complaint.
    async fn read_by(
        &self,
        reader: &[&str],
        path: &str,
        whole: &str,
        size: u64,
    ) -> Result<NeedState, String> {
        let mut program = run::program(self.site, self.round.context);
        program.arguments = reader
            .iter()
            .chain(&[whole])
            .map(|word| (*word).to_owned())
            .collect();
        let ran = run::run(&program, &self.site.secrets, self.cancel, None).await;
        let said = String::from_utf8_lossy(&ran.stderr).into_owned();
        let name = reader.first().copied().unwrap_or_default();
        match ran.end {
            End::Exited(0) => Ok(met(format!("{}, read to its end by {name}", bytes(size)))),
            // A newer server's dump is not broken.
            End::Exited(1 | 2) if !said.contains("unsupported version") => {
                let said = excerpt(&said, &self.site.secrets);
                Ok(missing(format!("{path} is not whole: {name} says {said}"), AGAIN))
            }
            End::NotStarted(why) => Err(why),
            End::TooLong(_) => Err(format!("{name} did not read {path} to its end in time")),
            End::Exited(_) | End::Signalled(_) | End::TooMuch | End::Cancelled => Err(format!(
                "{name} could not read {path}: {}",
                excerpt(&said, &self.site.secrets)
            )),
        }
    }
}
