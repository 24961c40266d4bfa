-- Who is asked for a passkey at every sign-in, besides the password.
create table second_factor (
    person_id bigint primary key references person (id),
    turned_on_at timestamptz not null,
    -- When a recovery code was used last.
    code_used_at timestamptz
);

-- What stands in for a passkey that is lost: once, then the row is gone.
create table recovery_code (
    hash bytea primary key
        constraint recovery_code_hash_is_sha256 check (octet_length(hash) = 32),
    person_id bigint not null references second_factor (person_id) on delete cascade
);

create index recovery_code_person_id on recovery_code (person_id);
