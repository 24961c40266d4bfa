//! `grep` with a fixed text, line by line.

use domain::probe::Filter;

/// Whether a line is kept.
pub(crate) type Keeps = dyn Fn(&str) -> bool + Send + Sync;

/// What a `grep` keeps.
pub(crate) struct Grep {
    needle: String,
    ignore_case: bool,
    invert: bool,
}

impl Grep {
    /// The filter, if it looks at single lines only.
    pub fn of(filter: &Filter) -> Option<Self> {
        match filter {
            Filter::Grep {
                pattern,
                ignore_case,
                invert,
            } => {
                let needle = if *ignore_case {
                    pattern.to_lowercase()
                } else {
                    pattern.clone()
                };
                Some(Self {
                    needle,
                    ignore_case: *ignore_case,
                    invert: *invert,
                })
            }
            Filter::Head(_) | Filter::Tail(_) | Filter::CountLines | Filter::Json | Filter::JsonAt(_) => None,
        }
    }

    /// Whether it keeps this line.
    pub fn keeps(&self, line: &str) -> bool {
        // The end of the line is no part of it.
        let line = line.trim_end_matches('\n');
        let found = match self.ignore_case {
            true => line.to_lowercase().contains(&self.needle),
            false => line.contains(&self.needle),
        };
        found != self.invert
    }
}

/// What the first filters keep of each line, as far as they look at single lines.
pub(crate) fn sieve(filters: &[Filter]) -> Option<Box<Keeps>> {
    let greps: Vec<Grep> = filters.iter().map_while(Grep::of).collect();
    (!greps.is_empty())
        .then(|| Box::new(move |line: &str| greps.iter().all(|grep| grep.keeps(line))) as Box<_>)
}
