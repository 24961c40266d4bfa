use domain::status::Tally;
use leptos::prelude::*;

/// How the boxes stand, never mixed: a bar, and each count with its word.
#[component]
pub fn TallyBar(
    /// The counts.
    tally: Tally,
    /// What stands at the end of the line: "96 items · checked 9 s ago".
    #[prop(optional_no_strip, into)]
    note: Option<AnyView>,
    /// For lists and dialogs.
    #[prop(optional)]
    small: bool,
) -> impl IntoView {
    let class = if small { "tally is-small" } else { "tally" };
    let counts = counts(&tally);
    let bar = segments(&counts)
        .into_iter()
        .map(|(key, x, width)| {
            view! { <rect data-count=key x=x.to_string() width=width.to_string() height="8"></rect> }
        })
        .collect_view();
    let words = counts
        .into_iter()
        .filter(|(_, _, count, always)| *count > 0 || (*always && !small))
        .map(|(key, word, count, _)| {
            let class = if count == 0 { "is-zero" } else { "" };
            view! { <li data-count=key class=class><b>{count}</b> <span>{word}</span></li> }
        })
        .collect_view();
    let note = note.map(|note| view! { <span class="tally-note">{note}</span> });
    view! {
        <div class=class>
            <svg class="tally-bar" viewBox="0 0 1000 8" preserveAspectRatio="none" aria-hidden="true">
                {bar}
            </svg>
            <ul role="list">{words}</ul>
            {note}
        </div>
    }
    .into_any()
}

type Count = (&'static str, &'static str, u32, bool);

/// Key, word, count, and whether it is shown when it is zero.
fn counts(tally: &Tally) -> [Count; 10] {
    let Tally {
        all: _,
        proved,
        stale,
        attested,
        overridden,
        waived,
        skipped,
        failed,
        warned,
        no_data,
        open,
    } = *tally;
    [
        ("proved", "proved", proved, true),
        ("stale", "stale", stale, false),
        ("attested", "attested", attested, true),
        ("overridden", "overridden", overridden, false),
        ("waived", "waived", waived, true),
        ("skipped", "skipped", skipped, false),
        ("failed", "failed", failed, true),
        ("warned", "warned", warned, false),
        ("no-data", "no data", no_data, true),
        ("open", "open", open, true),
    ]
}

/// Key, start and width of each count that is not zero, of a bar of 1000, with a gap of 4 between them.
fn segments(counts: &[Count]) -> Vec<(&'static str, u32, u32)> {
    let all: u32 = counts.iter().map(|(_, _, count, _)| count).sum();
    let mut before = 0;
    let mut segments = Vec::new();
    for &(key, _, count, _) in counts.iter().filter(|(_, _, count, _)| *count > 0) {
        let start = before * 1000 / all;
        before += count;
        let end = before * 1000 / all;
        segments.push((key, start, (end - start).saturating_sub(4).max(2)));
    }
    segments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_is_as_long_as_the_boxes_and_leaves_out_what_is_zero() {
        let tally = Tally {
            all: 96,
            proved: 48,
            failed: 24,
            open: 24,
            ..Tally::default()
        };
        let segments = segments(&counts(&tally));
        assert_eq!(
            segments,
            [("proved", 0, 496), ("failed", 500, 246), ("open", 750, 246)]
        );
    }

    #[test]
    fn a_checklist_without_boxes_has_an_empty_bar() {
        assert!(segments(&counts(&Tally::default())).is_empty());
    }
}
