-- Runs, their event log, evidence and attachments.
create table run (
    id bigint generated always as identity primary key,
    -- The form's own number: a form that is sent twice starts one run.
    request_key uuid not null unique,
    revision_id bigint not null references revision (id),
    environment text not null,
    release text not null,
    title text not null,
    state text not null,
    -- The fold of the events (domain::run::Run), written in the transaction that appends them.
    fold jsonb not null,
    -- What lists show (domain::summary::Summary), written in the same transaction.
    summary jsonb not null,
    event_count bigint not null
        constraint run_has_a_first_event check (event_count > 0),
    -- The hash of the last event.
    head text not null,
    started_by text not null,
    started_at timestamptz not null,
    closed_at timestamptz
);

create index run_environment on run (environment, id desc);
create index run_state on run (state, id desc);
create index run_open on run (id) where closed_at is null;

-- Append-only. `body` is the event's canonical JSON (RFC 8785), exactly the bytes that were hashed:
-- hash = SHA-256(previous || body), previous being 64 zeroes for the first.
create table event (
    run_id bigint not null references run (id),
    number bigint not null
        constraint event_number_starts_at_1 check (number > 0),
    body text not null,
    previous text not null,
    hash text not null,
    primary key (run_id, number)
);

-- What was seen, named by the SHA-256 of its canonical JSON.
create table evidence (
    run_id bigint not null references run (id),
    hash text not null,
    item text not null,
    body text not null,
    at timestamptz not null,
    primary key (run_id, hash)
);

create index evidence_item on evidence (run_id, item, at desc);

-- Files that people showed with an attestation.
create table attachment (
    run_id bigint not null references run (id),
    hash text not null
        constraint attachment_hash_is_sha256 check (hash ~ '^[0-9a-f]{64}$'),
    name text not null,
    bytes bytea not null
        constraint attachment_is_at_most_10_mib check (octet_length(bytes) <= 10485760),
    primary key (run_id, hash)
);

-- Which run holds an environment.
create table environment_lock (
    environment text primary key,
    run_id bigint not null unique references run (id),
    owner text not null,
    since timestamptz not null
);

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end
$$;

create trigger event_is_append_only before update or delete on event
    for each row execute function refuse_change();
create trigger event_is_not_truncated before truncate on event
    for each statement execute function refuse_change();
create trigger evidence_is_append_only before update or delete on evidence
    for each row execute function refuse_change();
create trigger evidence_is_not_truncated before truncate on evidence
    for each statement execute function refuse_change();
