use super::{CodeText, ExactTime, HashText, Icon, StatusMark, TimingLine, Tone, Words, duration_words};
use domain::{
    Hash,
    status::Status,
    verdict::{Capture, Evidence, Output, Verdict},
};
use leptos::prelude::*;

/// One item, opened: how it stands, then its parts, which are [`PanelPart`]s. It stands in `<aside class="card panel">`.
#[component]
pub fn EvidencePanel(
    /// How it stands.
    status: Status,
    /// The author's text, as inline Markdown.
    #[prop(into)]
    title: String,
    /// The text is a command: shown as it is.
    #[prop(optional)]
    command: bool,
    /// Where it stands: "Phase 1, line 39 of the checklist", with its links.
    #[prop(optional_no_strip, into)]
    place: Option<AnyView>,
    /// The page without the panel.
    #[prop(into)]
    close_href: String,
    /// Why, in one sentence.
    #[prop(optional, into)]
    why: Words,
    /// The parts.
    children: Children,
) -> impl IntoView {
    let text = if command {
        view! { <code>{title}</code> }.into_any()
    } else {
        view! { <CodeText text=title /> }.into_any()
    };
    let place = place.map(|place| view! { <p class="panel-place">{place}</p> });
    let why = why
        .get()
        .map(|why| view! { <p class="panel-why"><CodeText text=why /></p> });
    view! {
        <div class="panel-part">
            <div class="panel-head">
                <StatusMark status=status />
                <a
                    class="btn is-ghost is-small is-square"
                    href=close_href
                    aria-label="Close the panel"
                    data-noscroll=""
                >
                    <Icon name="close" />
                </a>
            </div>
            <h3 class="panel-title">{text}</h3>
            {place}
            {why}
        </div>
        {children()}
    }
    .into_any()
}

/// A part of a panel.
#[component]
pub fn PanelPart(
    /// What it shows.
    #[prop(optional, into)]
    label: Words,
    /// Tinted, for what asks for attention.
    #[prop(optional)]
    tone: Tone,
    /// The part.
    children: Children,
) -> impl IntoView {
    let class = if tone == Tone::None {
        "panel-part"
    } else {
        "panel-part is-tinted"
    };
    let label = label
        .get()
        .map(|label| view! { <span class="panel-label">{label}</span> });
    view! { <div class=class data-tone=tone.key()>{label} {children()}</div> }.into_any()
}

/// What was seen: expected, found, target, read as, when, on which host, exit code, hash.
#[component]
pub fn EvidenceList(
    /// The evidence.
    evidence: Evidence,
    /// What was made of it; colours what was found.
    verdict: Verdict,
    /// Its hash.
    #[prop(optional_no_strip, into)]
    hash: Option<Hash>,
    /// Who had it verified.
    #[prop(optional, into)]
    by: Words,
) -> impl IntoView {
    let Evidence {
        read_as,
        target,
        expected,
        found,
        output: _,
        exit_code,
        at,
        duration_us,
        host,
        captures,
        readings: _,
    } = evidence;
    let value = |name: &'static str, text: String| {
        (!text.is_empty()).then(|| view! { <dt>{name}</dt><dd class="is-value">{text}</dd> })
    };
    let tone = Tone::from(verdict).key();
    let found = (!found.is_empty())
        .then(|| view! { <dt>"found"</dt><dd class="is-value tone" data-tone=tone>{found}</dd> });
    let exit = exit_code.map(|code| view! { <dt>"exit code"</dt><dd class="is-value">{code}</dd> });
    let hash = hash.map(|hash| view! { <dt>"evidence"</dt><dd><HashText hash=hash /></dd> });
    let captures = (!captures.is_empty()).then(|| {
        let names = captures.into_iter().map(|Capture { name, at: _, timing }| {
            let timing = timing.map(|timing| view! { <TimingLine timing=timing /> });
            view! { <dd>{name} {timing}</dd> }
        });
        view! { <dt>"judged from"</dt> {names.collect_view()} }
    });
    let by = by.get().map(|by| format!(", by {by}"));
    view! {
        <dl class="evidence">
            {value("expected", expected)} {found} {value("target", target)}
            <dt>"read as"</dt>
            <dd>
                <CodeText text=read_as />
                ", "
                {duration_words(duration_us)}
            </dd>
            {exit}
            {captures}
            <dt>"when"</dt>
            <dd>
                <ExactTime at=at seconds=true />
                " on "
                {host}
                {by}
            </dd>
            {hash}
        </dl>
    }
    .into_any()
}

/// Raw output: its beginning, how much was left out, its end, and what it was in all.
#[component]
pub fn OutputBlock(
    /// The output as it was kept.
    output: Output,
) -> impl IntoView {
    let Output {
        text,
        dropped_bytes,
        ending,
        bytes,
        sha256,
    } = output;
    let block = |text: String, label: &'static str| {
        view! { <pre class="output" tabindex="0" aria-label=label>{text}</pre> }
    };
    let all = bytes.map(|bytes| {
        let digest = sha256.map(|hash| view! { ", sha256 " <HashText hash=hash /> });
        view! { <small>{counted(bytes)} {digest}</small> }
    });
    if dropped_bytes == 0 {
        return view! { {block(text + &ending, "Output")} {all} }.into_any();
    }
    let dropped = view! { <small>{counted(dropped_bytes)} " left out"</small> };
    let ending = (!ending.is_empty()).then(|| block(ending, "Output, its end"));
    view! { {block(text, "Output")} {dropped} {ending} {all} }.into_any()
}

fn counted(bytes: u64) -> String {
    match bytes {
        1 => "1 byte".to_owned(),
        bytes => format!("{bytes} bytes"),
    }
}

/// The last tries, oldest first, as bars and in words.
#[component]
pub fn Attempts(
    /// The verdicts, oldest first.
    tries: Vec<Verdict>,
    /// How many there were in all.
    all: u32,
) -> impl IntoView {
    let note = attempts_words(&tries, all);
    let bars = tries
        .into_iter()
        .map(|verdict| view! { <li><span class="attempt" data-tone=Tone::from(verdict).key() data-verdict=verdict.word()></span></li> })
        .collect_view();
    view! {
        <ol class="attempts" role="list" aria-hidden="true">{bars}</ol>
        <small class="attempts-note">{note}</small>
    }
    .into_any()
}

fn attempts_words(tries: &[Verdict], all: u32) -> String {
    let times = |count: u32| {
        if count == 1 {
            "1 try".to_owned()
        } else {
            format!("{count} tries")
        }
    };
    let Some(last) = tries.last() else {
        return "not tried yet".to_owned();
    };
    let same = tries.iter().rev().take_while(|verdict| *verdict == last).count();
    let word = last.word();
    if same == tries.len() {
        return format!(
            "{}, {word} in {}",
            times(all),
            if same == 1 { "it" } else { "each of the last" }
        );
    }
    format!("{}, the last {same}: {word}", times(all))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tries_are_said_in_words() {
        let (pass, fail) = (Verdict::Pass, Verdict::Fail);
        assert_eq!(attempts_words(&[], 0), "not tried yet");
        assert_eq!(attempts_words(&[pass], 1), "1 try, pass in it");
        assert_eq!(
            attempts_words(&[pass; 12], 40),
            "40 tries, pass in each of the last"
        );
        assert_eq!(
            attempts_words(&[pass, pass, fail, fail], 4),
            "4 tries, the last 2: fail"
        );
    }
}
