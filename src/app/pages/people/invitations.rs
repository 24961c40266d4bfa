//! Inviting people, and the links that work.

use super::{choices, titles};
use crate::{
    api::{invitation::InvitationLine, session::Made},
    app::{
        components::{
            Button, ButtonKind, ButtonSize, Checks, ExactTime, PasswordAgain, SectionCard, TextField,
        },
        deed::{Deed, DeedForm},
    },
};
use domain::Role;
use leptos::prelude::*;

/// The form and the list.
pub fn card(invitations: Vec<InvitationLine>, invite: Deed<Made>, revoke: Deed) -> AnyView {
    let line = move |line: InvitationLine| {
        let label = format!("Revoke the invitation of {}", line.title);
        view! {
            <tr>
                <th scope="row">{line.title}</th>
                <td data-label="Roles">{titles(&line.roles)}</td>
                <td data-label="Works until"><ExactTime at=line.expires_at /></td>
                <td data-label="Invited by">{line.by}</td>
                <td class="is-acts">
                    <DeedForm deed=revoke>
                        <input type="hidden" name="id" value=line.id />
                        <Button size=ButtonSize::Small label=label>"Revoke"</Button>
                    </DeedForm>
                </td>
            </tr>
        }
    };
    let list = (!invitations.is_empty()).then(|| {
        view! {
            <div class="table-wrap">
                <table class="table">
                    <caption>"Links that have not been used"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"For"</th>
                            <th scope="col">"Roles"</th>
                            <th scope="col">"Works until"</th>
                            <th scope="col">"Invited by"</th>
                            <th scope="col"><span class="visually-hidden">"Revoke"</span></th>
                        </tr>
                    </thead>
                    <tbody>{invitations.into_iter().map(line).collect_view()}</tbody>
                </table>
            </div>
        }
    });
    view! {
        <SectionCard title="Invite somebody" id="invite">
            <div class="section-body">
                <DeedForm deed=invite>
                    <div class="form">
                        <TextField
                            name="title"
                            label="Whom"
                            maxlength=100
                            autocomplete="off"
                            note="As others will see them. They choose what they sign in with."
                        />
                        <Checks legend="Roles" name="roles[]" choices=choices(&Role::ALL, &[]) />
                        <div class="form-row"><PasswordAgain id="invite-password" answered=invite.version() /></div>
                        <div class="form-actions">
                            <Button kind=ButtonKind::Main busy=invite.pending()>"Make a one-time link"</Button>
                            <span class="quiet">"It works once, for seven days."</span>
                        </div>
                    </div>
                </DeedForm>
            </div>
            {list}
        </SectionCard>
    }
    .into_any()
}
