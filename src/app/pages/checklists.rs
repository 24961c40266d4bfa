//! The checklists and their revisions, and importing another.

use crate::{
    api::{
        Error,
        revision::{Import, RevisionLine, list_revisions},
    },
    app::{
        components::{
            EmptyState, ExactTime, HashText, LinkButton, Mark, PageHead, SectionCard, TextAreaField, Tone,
        },
        loaded::load,
        trouble::{NotLoaded, Trouble},
    },
};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_meta::Title;

/// Every revision, and the form that imports one.
#[component]
pub fn Checklists() -> impl IntoView {
    let revisions = load(|| (), |()| list_revisions());
    let import = || view! { <LinkButton href="#import">"Import a checklist"</LinkButton> }.into_any();
    view! {
        <Title text="Checklists" />
        <PageHead
            title="Checklists"
            actions=import()
            lead="A checklist is a Markdown file. Importing it compiles each line into something that can be proved; it executes nothing."
        />
        <div class="stack page-body">
        <Trouble error=Signal::derive(|| None::<Error>) />
        <Suspense fallback=|| view! { <p>"Loading the checklists…"</p> }>
            {move || Suspend::new(async move {
                match revisions.await {
                    Err(error) => view! { <NotLoaded error=error /> }.into_any(),
                    Ok(revisions) if revisions.is_empty() => view! {
                        <EmptyState title="No checklist yet"><p>"Import your DEPLOYMENT_CHECKLIST.md below, as it is."</p></EmptyState>
                    }
                    .into_any(),
                    Ok(revisions) => table(revisions),
                }
            })}
        </Suspense>
        <ImportForm />
        </div>
    }
}

/// A file or its text.
#[component]
fn ImportForm() -> impl IntoView {
    view! {
        <SectionCard title="Import a checklist" id="import" padded=true>
            <form class="form import-form" method="post" action=Import::url() enctype="multipart/form-data">
                <div class="field">
                    <label for="file">"Markdown file, at most 10 MB"</label>
                    <input id="file" class="file-input" type="file" name="file" accept=".md,.markdown,text/markdown,text/plain" />
                </div>
                <TextAreaField name="text" label="Or its text" optional=true placeholder="# Deployment checklist\n\n- [ ] …" />
                <div class="form-actions"><button class="btn is-main" type="submit">"Import"</button></div>
            </form>
        </SectionCard>
    }
}

fn table(revisions: Vec<RevisionLine>) -> AnyView {
    view! {
        <div class="card table-wrap block">
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"Checklist"</th>
                        <th scope="col">"Plan"</th>
                        <th scope="col">"Revision"</th>
                        <th scope="col">"Imported"</th>
                        <th scope="col"><span class="sr-only">"What can be done"</span></th>
                    </tr>
                </thead>
                <tbody>{revisions.into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(revision: RevisionLine) -> impl IntoView {
    let id = revision.id;
    let (tone, icon, word) = match revision.published {
        Some(_) => (Tone::Go, "proved", "Published"),
        None => (Tone::Hold, "warning", "Not published"),
    };
    let start = revision
        .published
        .is_some()
        .then(|| view! { <a href=format!("/new-run?revision={id}")>"Start a run"</a> });
    view! {
        <tr>
            <th scope="row">
                <a class="table-main" href=format!("/checklists/{id}")>{revision.title}</a>
                <small>{revision.file_name}</small>
            </th>
            <td data-label="Plan"><Mark tone=tone icon=icon word=word /></td>
            <td data-label="Revision"><HashText hash=revision.hash /></td>
            <td data-label="Imported">
                <ExactTime at=revision.imported_at />
                <small>"by " {revision.imported_by.unwrap_or_else(|| "Gonogo, with this version".to_owned())}</small>
            </td>
            <td class="is-acts">{start}</td>
        </tr>
    }
}
