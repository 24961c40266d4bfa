use super::{ExactTime, HashText, Mark, Tone};
use domain::sign_off::{Meaning, SignOff};
use leptos::prelude::*;

/// One slot of the signature table.
pub struct SignatureRow {
    /// The slot's words: "Product owner".
    pub title: String,
    /// The signature that counts now.
    pub sign_off: Option<SignOff>,
    /// The record changed since.
    pub stale: bool,
    /// The viewer may sign this slot.
    pub mine: bool,
    /// What can be done: "Review and sign", "Withdraw".
    pub next: Option<AnyView>,
}

/// Who has to sign, who has, on which record, and whether it still stands.
#[component]
pub fn SignatureTable(
    /// The slots, in the document's order.
    rows: Vec<SignatureRow>,
) -> impl IntoView {
    view! {
        <div class="table-wrap">
            <table class="table signatures">
                <thead>
                    <tr>
                        <th scope="col">"Role"</th>
                        <th scope="col">"Answer"</th>
                        <th scope="col">"Signed"</th>
                        <th scope="col">"Next"</th>
                    </tr>
                </thead>
                <tbody>{rows.into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(row: SignatureRow) -> AnyView {
    let SignatureRow {
        title,
        sign_off,
        stale,
        mine,
        next,
    } = row;
    let (tone, icon, word) = answer(sign_off.as_ref(), stale, mine);
    let class = if mine && sign_off.is_none() { "is-mine" } else { "" };
    view! {
        <tr class=class>
            <th scope="row">{title}</th>
            <td data-label="Answer">
                <Mark tone=tone icon=icon word=word />
            </td>
            {signed(sign_off)}
            <td>{next}</td>
        </tr>
    }
    .into_any()
}

fn answer(sign_off: Option<&SignOff>, stale: bool, mine: bool) -> (Tone, &'static str, String) {
    let Some(sign_off) = sign_off else {
        let word = if mine { "your turn" } else { "waiting" };
        return (Tone::None, "no-data", word.to_owned());
    };
    let word = sign_off.meaning.word();
    if stale {
        return (Tone::Hold, "stale", format!("{word}, stale"));
    }
    let icon = match sign_off.meaning {
        Meaning::Go => "proved",
        Meaning::GoWithConditions => "warning",
        Meaning::NoGo => "failed",
    };
    (sign_off.meaning.into(), icon, word.to_owned())
}

fn signed(sign_off: Option<SignOff>) -> AnyView {
    let Some(SignOff {
        role: _,
        number: _,
        by,
        at,
        meaning: _,
        comment,
        record,
        conditions,
        nonce: _,
    }) = sign_off
    else {
        return view! { <td></td> }.into_any();
    };
    let conditions = match conditions.len() {
        0 => None,
        1 => Some("1 item was open or red".to_owned()),
        count => Some(format!("{count} items were open or red")),
    };
    let conditions = conditions.map(|words| view! { <span class="signature-comment">{words}</span> });
    let comment =
        (!comment.is_empty()).then(|| view! { <span class="signature-comment">"“" {comment} "”"</span> });
    view! {
        <td data-label="Signed">
            {by.name().to_owned()} " · " <ExactTime at=at /> " " <HashText hash=record /> {comment} {conditions}
        </td>
    }
    .into_any()
}
