-- Who is signed in where. The cookie holds the session's number; this table only its SHA-256, so that
-- reading the table does not sign anybody in.
create table session (
    key bytea primary key
        constraint session_key_is_sha256 check (octet_length(key) = 32),
    data jsonb not null,
    person_id bigint references person (id) on delete cascade,
    created_at timestamptz not null,
    last_seen_at timestamptz not null,
    expires_at timestamptz not null
);

create index session_person_id on session (person_id);
create index session_expires_at on session (expires_at);
