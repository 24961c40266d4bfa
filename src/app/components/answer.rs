use super::{CodeText, Tone};
use domain::decision::Answer;
use leptos::prelude::*;

/// The first thing on a run: the word, why in one sentence, and what the viewer has to do next.
#[component]
pub fn AnswerCard(
    /// The word and why.
    answer: Answer,
    /// What it waits for: "4 items to attest"; the viewer's part in `<b>`.
    #[prop(optional_no_strip, into)]
    next: Option<AnyView>,
    /// A card beside it: rollback, or the next big button.
    #[prop(optional_no_strip, into)]
    aside: Option<AnyView>,
) -> impl IntoView {
    let tone = Tone::from(answer.word).key();
    let next = next.map(|next| view! { <p class="verdict-next">{next}</p> });
    view! {
        <section class="answer" aria-label="The answer">
            <div class="answer-cards">
                <div class="card verdict" data-tone=tone>
                    <p class="verdict-word">{answer.title}</p>
                    <p class="verdict-why">
                        <CodeText text=answer.why />
                    </p>
                    {next}
                </div>
                {aside}
            </div>
        </section>
    }
    .into_any()
}

/// The card beside the answer: a state in words and one grave button.
#[component]
pub fn ReadyCard(
    /// The colour of the title.
    #[prop(optional)]
    tone: Tone,
    /// What is ready, or not.
    #[prop(into)]
    title: String,
    /// How it is known.
    #[prop(into)]
    text: String,
    /// On a narrow window it stays at the foot, under the thumb.
    #[prop(optional)]
    pinned: bool,
    /// The button.
    children: Children,
) -> impl IntoView {
    let class = if pinned {
        "card ready is-pinned"
    } else {
        "card ready"
    };
    view! {
        <div class=class data-tone=tone.key()>
            <div class="ready-text">
                <b>{title}</b>
                {text}
            </div>
            {children()}
        </div>
    }
    .into_any()
}
