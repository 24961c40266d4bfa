-- Checklists and their revisions. A revision is the document's bytes, named by their SHA-256, with the plan they compiled
-- to when they were imported: a newer compiler changes no plan that is here.
create table checklist (
    id bigint generated always as identity primary key,
    title text not null unique
        constraint checklist_title_is_short check (char_length(title) between 1 and 300),
    created_at timestamptz not null
);

create table revision (
    id bigint generated always as identity primary key,
    checklist_id bigint not null references checklist (id),
    -- SHA-256 of `bytes`, hexadecimal.
    hash text not null unique
        constraint revision_hash_is_sha256 check (hash ~ '^[0-9a-f]{64}$'),
    bytes bytea not null
        constraint revision_is_at_most_10_mib check (octet_length(bytes) <= 10485760),
    file_name text not null,
    plan jsonb not null,
    -- SHA-256 of the plan's canonical JSON.
    plan_hash text not null
        constraint revision_plan_hash_is_sha256 check (plan_hash ~ '^[0-9a-f]{64}$'),
    diagnostics jsonb not null,
    imported_by bigint references person (id),
    imported_at timestamptz not null,
    published_by bigint references person (id),
    published_at timestamptz
);

create index revision_checklist_id on revision (checklist_id, imported_at desc);
