-- People who sign in, and the roles they hold. The rights that a role gives are in the code (crates/domain/src/role.rs).
create table person (
    id bigint generated always as identity primary key,
    -- Typed at sign-in; compared as written, kept in lower case.
    name text not null unique
        constraint person_name_is_plain check (name ~ '^[a-z0-9][a-z0-9._-]{0,63}$'),
    title text not null
        constraint person_title_is_short check (char_length(title) between 1 and 100),
    -- A PHC string, argon2id.
    password_hash text not null
        constraint person_password_is_argon2id check (password_hash like '$argon2id$%'),
    must_change_password boolean not null default false,
    disabled_at timestamptz,
    created_at timestamptz not null
);

create table person_role (
    person_id bigint not null references person (id) on delete cascade,
    role text not null
        constraint person_role_is_known check (
            role in ('viewer', 'developer', 'devops', 'qa', 'product_owner', 'admin', 'auditor')
        ),
    granted_at timestamptz not null,
    primary key (person_id, role)
);

create index person_role_role on person_role (role);

-- Failed sign-ins by name, whether or not somebody has that name: the answer and the delay are the same for both.
create table sign_in_failure (
    name text primary key
        constraint sign_in_failure_name_is_short check (char_length(name) <= 64),
    failures integer not null
        constraint sign_in_failure_is_counted check (failures > 0),
    failed_at timestamptz not null
);

create index sign_in_failure_failed_at on sign_in_failure (failed_at);
