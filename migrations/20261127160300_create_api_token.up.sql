-- Accounts of programs: they have no password, hold no role, and never sign.
alter table person add column service boolean not null default false;
alter table person alter column password_hash drop not null;
alter table person add constraint person_has_a_password_or_is_a_program check (service = (password_hash is null));

-- What programs show instead. The token holds 256 random bits; this table only the SHA-256 of its text.
create table api_token (
    id bigint generated always as identity primary key,
    person_id bigint not null references person (id),
    key bytea not null unique
        constraint api_token_key_is_sha256 check (octet_length(key) = 32),
    scopes text[] not null
        constraint api_token_scopes_are_known check (
            cardinality(scopes) > 0 and scopes <@ array['read', 'start_run', 'push_evidence']
        ),
    -- Only in this environment.
    environment text,
    made_by bigint not null references person (id),
    made_at timestamptz not null,
    expires_at timestamptz not null
        constraint api_token_lasts_a_year_at_most check (expires_at <= made_at + interval '366 days'),
    last_used_at timestamptz,
    revoked_at timestamptz
);

create index api_token_person on api_token (person_id, id desc);
