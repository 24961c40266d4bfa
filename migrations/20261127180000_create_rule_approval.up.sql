-- Who approved that a revision changes its checklist's rules of sign-off: one person for each slot of the signature table that
-- holds until then. Append-only.
create table rule_approval (
    revision_id bigint not null references revision (id),
    -- SHA-256 of the plan that was approved.
    plan_hash text not null,
    -- The published revision whose table is changed.
    since_id bigint not null references revision (id),
    -- domain::plan::Slot::key, of a slot of that table.
    slot text not null,
    person_id bigint not null references person (id),
    at timestamptz not null,
    primary key (revision_id, plan_hash, since_id, slot),
    constraint rule_approval_is_one_slot_a_person unique (revision_id, plan_hash, since_id, person_id)
);

create trigger rule_approval_is_append_only before update or delete on rule_approval
    for each row execute function refuse_change();
create trigger rule_approval_is_not_truncated before truncate on rule_approval
    for each statement execute function refuse_change();
