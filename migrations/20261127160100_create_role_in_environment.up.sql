-- Roles that a person holds in one environment only, beside those that they hold everywhere (person_role).
create table role_in_environment (
    person_id bigint not null references person (id) on delete cascade,
    environment text not null
        constraint role_in_environment_is_somewhere check (char_length(environment) between 1 and 200),
    role text not null
        constraint role_in_environment_is_local check (role in ('developer', 'devops', 'qa', 'product_owner', 'auditor')),
    granted_at timestamptz not null,
    primary key (person_id, environment, role)
);

create index role_in_environment_role on role_in_environment (role, environment);

-- {"shop": ["devops", "qa"]}
create function roles_at(bigint) returns jsonb stable language sql as $$
    select coalesce(jsonb_object_agg(environment, roles), '{}')
    from (
        select environment, jsonb_agg(role order by role) as roles
        from role_in_environment where person_id = $1 group by environment
    ) as held
$$;
