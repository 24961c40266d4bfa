-- The processes that serve this database. Each holds a session's advisory lock on (panel_lock(), its id) for as long as it
-- lives: a connection that breaks lets it go.
create table panel (
    id bigint generated always as identity primary key,
    host text not null,
    entered_at timestamptz not null
);

create function panel_lock() returns integer language sql immutable as $$ select 1735289195 $$;

-- What the digests of a run's fingerprints are keyed with: no event and no export shows it, so that nothing can be guessed from
-- them.
alter table run add column seal bytea not null
    default decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex');

-- Work that outlives whoever does it: the command of a line, a phase, a rollback. What it has done stands in the run's events;
-- this row says who does it now.
create table task (
    id bigint generated always as identity primary key,
    run_id bigint not null references run (id),
    environment text not null,
    -- The form's own number: a form that is sent twice starts it once. What its commands start carries it too.
    request_key uuid not null,
    -- domain::task::Work
    work jsonb not null,
    -- domain::person::Author
    started_by jsonb not null,
    due_at timestamptz not null,
    state text not null
        constraint task_state_is_known check (state in ('open', 'asking', 'ended')),
    -- Somebody asked for its end.
    stopping boolean not null default false,
    -- Who has it. The number grows with each owner: what an older owner still writes is refused.
    fence bigint not null default 0,
    panel_id bigint references panel (id),
    beat_at timestamptz,
    created_at timestamptz not null,
    ended_at timestamptz,
    constraint task_of_a_form unique (run_id, request_key)
);

create index task_open on task (due_at) where state = 'open';
create index task_of_run on task (run_id) where state <> 'ended';
-- One rollback in an environment, however many people press.
create unique index task_one_rollback on task (environment) where work ->> 'work' = 'rollback' and state <> 'ended';

insert into task (run_id, environment, request_key, work, started_by, due_at, state, created_at, ended_at)
select run_id, environment, action_request.request_key, jsonb_build_object('work', 'action', 'item', item),
       '{"kind": "gonogo"}', at, 'ended', at, at
from action_request join run on run.id = run_id;

drop table action_request;
