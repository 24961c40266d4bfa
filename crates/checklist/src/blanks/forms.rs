//! The forms of a document: the blanks, choices and fixed values of a benchmark, or of any block that is no code and has
//! blanks. What each measures, and which time it is about.

use super::label::Above;
use crate::fence;
use crate::metrics;
use crate::names;
use crate::parse::{Block, BlockKind};
use crate::phrases::Lower;
use crate::source::Source;
use domain::blank::{Blank, BlankId, BlankKind};
use domain::form::{Field, FieldKind, FieldUnit, Form, Moment};
use domain::metric::{Aggregation, Better, Metric};
use domain::plan::{Section, SectionKind};
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// Most fields of a document.
const MOST: usize = 1000;

#[rustfmt::skip] // words in rows
const BEFORE: &[&str] = &[
    "before", "baseline", "prior", "pre-", "vorher", "vor der", "vor dem", "avant", "antes", "prima ", "前", "전", "до ", "перед",
];

#[rustfmt::skip] // words in rows
const AFTER: &[&str] = &[
    "after", "post-", "post ", "nachher", "nach der", "nach dem", "après", "después", "depois", "após", "dopo", "后", "後", "후", "после",
];

/// Options that are a choice also without spaces around the `/` between them.
const YES_OR_NO: &[&str] = &[
    "yes", "no", "y", "n", "true", "false", "pass", "fail", "ja", "nein", "oui", "non", "sí", "sim", "não",
    "да", "нет",
];

/// Finds the forms of a document.
pub fn of_document(source: &Source, blocks: &[Block], sections: &[Section], blanks: &[Blank]) -> Vec<Form> {
    if blanks.is_empty() {
        return Vec::new();
    }
    let mut by_line: HashMap<u32, Vec<&Blank>> = HashMap::new();
    for blank in blanks {
        by_line.entry(blank.line).or_default().push(blank);
    }
    // The lines of blocks that are no code and have a blank.
    let fenced: Vec<u32> = fenced(source, blocks)
        .filter(|fence| fence.clone().any(|line| by_line.contains_key(&line)))
        .flatten()
        .collect();
    let mut reader = Reader {
        source,
        ids: blanks.iter().map(|blank| blank.id.0.clone()).collect(),
        count: 0,
        forms: Vec::new(),
    };
    for (at, section) in sections.iter().enumerate() {
        let end = sections
            .get(at + 1)
            .map_or(source.line(source.text.len()) + 1, |next| next.line);
        let lines = section.line..end.max(section.line);
        let first = |lines: &[u32]| lines.partition_point(|line| *line < section.line);
        let fenced = &fenced[first(&fenced)..];
        let wanted = match section.kind {
            SectionKind::Benchmark => true,
            SectionKind::Preflight
            | SectionKind::Phase { .. }
            | SectionKind::Window { .. }
            | SectionKind::Criteria
            | SectionKind::Prose => fenced.first().is_some_and(|line| lines.contains(line)),
            SectionKind::Rollback { .. }
            | SectionKind::Troubleshooting
            | SectionKind::SignOff
            | SectionKind::FollowUp => false,
        };
        if wanted {
            reader.section(section, lines, fenced, &by_line);
        }
    }
    let mut forms = reader.forms;
    forms.retain(|form| form.fields.iter().any(Field::is_typed));
    pair(&mut forms);
    forms
}

/// The lines of each block that is no code for a shell.
fn fenced<'a>(source: &'a Source, blocks: &'a [Block]) -> impl Iterator<Item = Range<u32>> + 'a {
    let fences = blocks.iter().filter_map(|block| match &block.kind {
        BlockKind::Fence(fence) if !fence::is_shell(fence) && fence::dialect(fence).is_none() => Some(fence),
        _ => None,
    });
    fences.filter_map(|fence| {
        let (first, last) = (fence.lines.first()?, fence.lines.last()?);
        Some(source.line(first.start)..source.line(last.start) + 1)
    })
}

struct Reader<'a> {
    source: &'a Source,
    ids: HashSet<String>,
    count: usize,
    forms: Vec<Form>,
}

impl Reader<'_> {
    fn section(
        &mut self,
        section: &Section,
        lines: Range<u32>,
        fenced: &[u32],
        blanks: &HashMap<u32, Vec<&Blank>>,
    ) {
        let benchmark = section.kind == SectionKind::Benchmark;
        let mut above = Above::default();
        for number in lines {
            let line = self.source.slice(self.source.line_span(number));
            let form = fenced.binary_search(&number).is_ok();
            let own = blanks.get(&number).map(Vec::as_slice).unwrap_or_default();
            if self.count < MOST && (benchmark || form) {
                let mut of = None;
                for blank in own {
                    let field = of_blank(blank, of.as_ref());
                    if !blank.computed {
                        of = Some(blank.id.clone());
                    }
                    if let Some(field) = field {
                        self.add(section, &blank.label, field);
                    }
                }
                if own.is_empty() && !line.trim_start().starts_with(['#', '|', '[']) {
                    self.said(section, number, line, &above, form);
                }
            }
            above.read(line);
        }
    }

    /// A line without a blank: a choice, or in a block a value that the document gives.
    fn said(&mut self, section: &Section, number: u32, line: &str, above: &Above, fenced: bool) {
        let Some(at) = line.find([':', '：']) else { return };
        let label = line[..at].trim_matches(['-', '*', '+', '>', ' ']);
        let value = line[at..].trim_start_matches([':', '：']);
        // What closes a label in bold letters; else it is a mark of the value's own.
        let bold = line[..at].contains("**");
        let value = if bold {
            value.trim_start_matches('*')
        } else {
            value
        };
        let value = value.trim();
        if label.is_empty() || value.is_empty() || label.len() > 80 || value.len() > 80 {
            return;
        }
        let kind = match options(value) {
            Some(options) => {
                let start = self.source.line_span(number).start + (line.len() - line[at..].len());
                let start = start + line[at..].find(value).unwrap_or_default() + self.source.bom;
                FieldKind::Choice {
                    options,
                    start: start as u64,
                    end: (start + value.len()) as u64,
                }
            }
            None if fenced => FieldKind::Fixed {
                value: value.to_owned(),
            },
            None => return,
        };
        let group = above.group(line);
        let slug = names::slug(&format!("{} {label}", group.as_deref().unwrap_or_default()));
        let (metric, aggregation) = measured(group.as_deref(), label, None);
        let field = Field {
            id: self.name(&format!("{slug}--{}", section.id)),
            label: label.to_owned(),
            group,
            line: number,
            metric,
            aggregation,
            kind,
        };
        self.add(section, label, field);
    }

    fn name(&mut self, base: &str) -> BlankId {
        let numbered = |number: u32| match number {
            1 => base.to_owned(),
            number => format!("{base}-{number}"),
        };
        let free = (1..)
            .map(numbered)
            .find(|id| !self.ids.contains(id))
            .unwrap_or_default();
        self.ids.insert(free.clone());
        BlankId(free)
    }

    /// Puts a field into the form of its section and its time.
    fn add(&mut self, section: &Section, words: &str, field: Field) {
        let heading = section.group.as_deref().unwrap_or_default();
        let moment = [words, section.title.as_str(), heading]
            .into_iter()
            .find_map(moment);
        let moment = moment.unwrap_or(Moment::Unsaid);
        self.count += 1;
        let own = |form: &&mut Form| form.section == section.id && form.moment == moment;
        match self.forms.iter_mut().find(own) {
            Some(form) => form.fields.push(field),
            None => self.forms.push(Form {
                section: section.id.clone(),
                moment,
                title: section.title.clone(),
                fields: vec![field],
            }),
        }
    }
}

/// Which time words are about; both are none.
fn moment(words: &str) -> Option<Moment> {
    let lower = Lower::from(words.to_lowercase() + " ");
    match (lower.any(BEFORE), lower.any(AFTER)) {
        (true, false) => Some(Moment::Before),
        (false, true) => Some(Moment::After),
        (true, true) | (false, false) => None,
    }
}

fn of_blank(blank: &Blank, of: Option<&BlankId>) -> Option<Field> {
    let unit = blank.unit.as_deref().map(FieldUnit::of);
    let (metric, aggregation) = measured(blank.group.as_deref(), &blank.label, unit.as_ref());
    let kind = match (blank.computed, blank.kind) {
        (true, _) => FieldKind::Computed {
            of: of?.clone(),
            before: None,
            better: Better::Unsaid,
        },
        (false, BlankKind::Number) => FieldKind::Number { unit },
        (false, BlankKind::Text) => FieldKind::Words,
        (false, BlankKind::Date) => FieldKind::Date,
    };
    Some(Field {
        id: blank.id.clone(),
        label: without_moment(&blank.label),
        group: blank.group.clone(),
        line: blank.line,
        metric,
        aggregation,
        kind,
    })
}

/// "p95 Before" of a table is p95.
fn without_moment(label: &str) -> String {
    let said = |word: &&str| !matches!(word.to_lowercase().as_str(), "before" | "after");
    let words: Vec<&str> = label.split_whitespace().filter(said).collect();
    if words.is_empty() {
        label.to_owned()
    } else {
        words.join(" ")
    }
}

/// What a field measures, from its own words and those of the line above it; the unit must be one of the metric's.
fn measured(group: Option<&str>, label: &str, unit: Option<&FieldUnit>) -> (Metric, Aggregation) {
    let unit_words = unit.map_or("", |unit| unit.written.as_str());
    let words = format!(
        "{} {} {unit_words}",
        group.unwrap_or_default(),
        without_moment(label)
    )
    .to_lowercase();
    let lower = Lower::from(words);
    let fits = |metric: &Metric| unit.is_none_or(|unit| metrics::fits(metric, unit.base));
    let said = metrics::aggregation(&lower);
    let metric = match metrics::of(&lower) {
        Some(metric) if fits(&metric) => metric,
        Some(_) | None => {
            let words = format!("{} {}", group.unwrap_or_default(), without_moment(label));
            return (
                Metric::Free(words.trim().to_lowercase()),
                said.unwrap_or(Aggregation::Unsaid),
            );
        }
    };
    let natural = match metric {
        Metric::Latency => Aggregation::Unsaid,
        ref other => other.natural(),
    };
    (metric, said.unwrap_or(natural))
}

/// `Yes / No`: what can be chosen. One that is marked, `**Yes** / No`, is a claim of the document, and counts for nothing.
fn options(value: &str) -> Option<Vec<String>> {
    let (spaced, places) = choices(value);
    let options: Vec<&str> = places.into_iter().map(|place| unmarked(&value[place])).collect();
    let short = |option: &&str| {
        option.len() <= 20
            && option.split(' ').count() <= 3
            && option.starts_with(char::is_alphabetic)
            && option
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, ' ' | '-'))
    };
    let plain = |option: &&str| YES_OR_NO.contains(&option.to_lowercase().as_str());
    let choice = (2..=6).contains(&options.len())
        && options.iter().all(short)
        && (spaced || options.iter().all(plain));
    choice.then(|| options.into_iter().map(str::to_owned).collect())
}

/// Where each option of a choice stands, with its mark; and whether spaces stand around what divides them.
pub fn choices(value: &str) -> (bool, Vec<Range<usize>>) {
    let spaced = [" / ", " | "].into_iter().find(|mark| value.contains(mark));
    let divider = spaced.unwrap_or("/");
    let mut start = 0;
    let place = |piece: &str| {
        let inner = piece.trim();
        let begin = start + (piece.len() - piece.trim_start().len());
        start += piece.len() + divider.len();
        begin..begin + inner.len()
    };
    (spaced.is_some(), value.split(divider).map(place).collect())
}

/// An option without the mark of the one that is chosen.
pub fn unmarked(option: &str) -> &str {
    option.trim_matches('*').trim()
}

/// Gives each computed field the one that it is about the improvement of, the same one before, and which way is better.
fn pair(forms: &mut [Form]) {
    let typed = |field: &&Field| matches!(field.kind, FieldKind::Number { .. });
    let key = |field: &Field| {
        (
            field.metric.clone(),
            field.aggregation,
            field.label.to_lowercase(),
        )
    };
    let mut before: HashMap<_, BlankId> = HashMap::new();
    for form in forms.iter().filter(|form| form.moment == Moment::Before) {
        for field in form.fields.iter().filter(typed) {
            before.entry(key(field)).or_insert_with(|| field.id.clone());
        }
    }
    for form in forms.iter_mut() {
        let about: HashMap<BlankId, (Metric, Aggregation, String)> = form
            .fields
            .iter()
            .map(|field| (field.id.clone(), key(field)))
            .collect();
        for field in &mut form.fields {
            let FieldKind::Computed {
                of,
                before: same,
                better,
            } = &mut field.kind
            else {
                continue;
            };
            let Some(of) = about.get(of) else { continue };
            let lower = field.label.to_lowercase();
            *better = match of.0.better() {
                Better::Unsaid if lower.contains("reduction") => Better::Lower,
                said => said,
            };
            *same = before.get(of).cloned();
            (field.metric, field.aggregation) = (of.0.clone(), of.1);
        }
    }
}
