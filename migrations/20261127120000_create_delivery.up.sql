-- What became of telling a webhook: the task says what is told and to whom.
create table delivery (
    task_id bigint primary key references task (id),
    state text not null
        constraint delivery_state_is_known check (state in ('waiting', 'sent', 'given_up')),
    -- How often it was tried, and what came of the last try.
    tries integer not null default 0,
    why text not null default '',
    at timestamptz not null
);

create index delivery_not_sent on delivery (task_id) where state <> 'sent';
