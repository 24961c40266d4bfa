-- One-time links for people who have no account yet. The link holds 256 random bits; this table only their SHA-256.
create table invitation (
    id bigint generated always as identity primary key,
    key bytea not null unique
        constraint invitation_key_is_sha256 check (octet_length(key) = 32),
    -- Whom it is for, as whoever invited them wrote it.
    title text not null
        constraint invitation_title_is_short check (char_length(title) between 1 and 100),
    roles text[] not null
        constraint invitation_roles_are_known check (
            roles <@ array['viewer', 'developer', 'devops', 'qa', 'product_owner', 'admin', 'auditor']
        ),
    invited_by bigint not null references person (id),
    invited_at timestamptz not null,
    expires_at timestamptz not null,
    revoked_at timestamptz,
    used_at timestamptz,
    used_by bigint references person (id),
    constraint invitation_is_used_by_somebody check ((used_at is null) = (used_by is null)),
    constraint invitation_ends_once check (revoked_at is null or used_at is null)
);

create index invitation_open on invitation (id) where revoked_at is null and used_at is null;
