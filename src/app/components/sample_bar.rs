use domain::window::Bar;
use leptos::prelude::*;
use std::fmt::Write;

/// The samples of a line of a window, from T0 to the due time, and how its number went. What they say stands beside it in words.
#[component]
pub fn SampleBar(
    /// The samples.
    bar: Bar,
) -> impl IntoView {
    let wide = bar.of.max(1);
    // Told apart by height as well as by colour: a failure stands out, a gap lies low.
    let kinds = [
        ('.', "good", 3, 10),
        ('w', "hold", 1, 10),
        ('x', "bad", 0, 10),
        ('-', "gap", 9, 10),
    ];
    let paths = kinds
        .into_iter()
        .filter_map(|(letter, class, top, foot)| {
            let path = path(&bar.parts, letter, top, foot)?;
            Some(view! { <path class=class d=path></path> })
        })
        .collect_view();
    let trend = (bar.line.len() > 1).then(|| {
        let points = bar.line.iter().enumerate().fold(String::new(), |mut points, (at, value)| {
            let _ = write!(points, "{at},{} ", 100 - u32::from(*value));
            points
        });
        view! {
            <svg class="sample-trend" viewBox=format!("0 -5 {} 110", bar.line.len() - 1) preserveAspectRatio="none" aria-hidden="true">
                <polyline points=points.trim_end().to_owned()></polyline>
            </svg>
        }
    });
    view! {
        <svg class="sample-bar" viewBox=format!("0 0 {wide} 10") preserveAspectRatio="none" aria-hidden="true">{paths}</svg>
        {trend}
    }
    .into_any()
}

/// One path over every run of this letter; `None` where there is none.
fn path(parts: &str, letter: char, top: u8, foot: u8) -> Option<String> {
    let mut path = String::new();
    let mut since = None;
    for (at, part) in parts.chars().chain([' ']).enumerate() {
        match (part == letter, since) {
            (true, None) => since = Some(at),
            (false, Some(from)) => {
                let _ = write!(path, "M{from} {top}H{at}V{foot}H{from}z");
                since = None;
            }
            (true, Some(_)) | (false, None) => {}
        }
    }
    (!path.is_empty()).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_that_are_alike_are_one_shape() {
        assert_eq!(path("..x..", '.', 3, 10).unwrap(), "M0 3H2V10H0zM3 3H5V10H3z");
        assert_eq!(path("..x..", 'x', 0, 10).unwrap(), "M2 0H3V10H2z");
        assert_eq!(path("..x..", '-', 9, 10), None);
    }
}
