-- What a person confirms with besides their password: the public half of a key that their device keeps.
create table passkey (
    id bigint generated always as identity primary key,
    person_id bigint not null references person (id),
    -- What the device calls it.
    credential bytea not null unique
        constraint passkey_credential_is_short check (octet_length(credential) between 1 and 1023),
    name text not null,
    -- As COSE numbers them: -7 is ES256, -8 is EdDSA with Ed25519.
    algorithm smallint not null
        constraint passkey_algorithm_is_known check (algorithm in (-7, -8)),
    public_key bytea not null,
    -- How often it signed, as it says itself; 0 where it does not count.
    sign_count bigint not null
        constraint passkey_sign_count_is_a_u32 check (sign_count between 0 and 4294967295),
    made_at timestamptz not null,
    last_used_at timestamptz
);

create index passkey_person_id on passkey (person_id);

-- What a device is asked to sign: once, in one session, for one purpose.
create table passkey_challenge (
    challenge bytea primary key
        constraint passkey_challenge_is_256_bits check (octet_length(challenge) = 32),
    session_key bytea not null references session (key) on delete cascade,
    person_id bigint not null references person (id),
    purpose bytea not null
        constraint passkey_challenge_purpose_is_sha256 check (octet_length(purpose) = 32),
    expires_at timestamptz not null
);

create index passkey_challenge_session_key on passkey_challenge (session_key);
create index passkey_challenge_expires_at on passkey_challenge (expires_at);
