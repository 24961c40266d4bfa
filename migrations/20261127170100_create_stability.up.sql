-- How changes go: when a run began, when it first went wrong, how long its phases took, and what was let off.
alter table run add column begun_at timestamptz, add column troubled_at timestamptz;

update run set begun_at = found.at
from (
    select run_id, min((body::jsonb ->> 'at')::timestamptz) as at from event
    where body like '%"event":"executing"%' and body::jsonb -> 'what' ->> 'event' = 'executing'
    group by run_id
) found where run.id = found.run_id;

update run set troubled_at = found.at
from (
    select run_id, min((body::jsonb ->> 'at')::timestamptz) as at from event
    where (body like '%"event":"sample_failed"%' and body::jsonb -> 'what' ->> 'event' = 'sample_failed')
       or (body like '%"event":"rollback_started"%' and body::jsonb -> 'what' ->> 'event' = 'rollback_started'
           and coalesce(body::jsonb -> 'what' ->> 'rehearsal', 'false') = 'false')
       or (body like '%"meaning":"no_go"%' and body::jsonb -> 'what' ->> 'event' = 'signed'
           and body::jsonb -> 'what' ->> 'meaning' = 'no_go')
    group by run_id
) found where run.id = found.run_id;

create index run_begun on run (begun_at) include (environment, state, closed_at, troubled_at) where begun_at is not null;

-- What was let off until when, by the number of its event.
create table waiver (
    run_id bigint not null references run (id),
    number bigint not null,
    item text not null,
    -- The words of the line.
    line text not null,
    person text not null,
    reason text not null,
    at timestamptz not null,
    until timestamptz not null,
    taken_back_at timestamptz,
    primary key (run_id, number)
);

create index waiver_at on waiver (at desc, run_id desc, number desc);

insert into waiver (run_id, number, item, line, person, reason, at, until, taken_back_at)
select waived.run_id, waived.number, what ->> 'item', what ->> 'item', coalesce(by ->> 'name', 'Gonogo'), what ->> 'reason',
       at, (what ->> 'until')::timestamptz,
       (select min((later.body::jsonb ->> 'at')::timestamptz) from event later
        where later.run_id = waived.run_id and later.number > waived.number and later.body like '%"event":"reopened"%'
          and later.body::jsonb -> 'what' ->> 'event' = 'reopened' and later.body::jsonb -> 'what' ->> 'item' = what ->> 'item')
from (
    select run_id, number, body::jsonb -> 'what' as what, body::jsonb -> 'by' as by,
           (body::jsonb ->> 'at')::timestamptz as at
    from event where body like '%"event":"waived"%' and body::jsonb -> 'what' ->> 'event' = 'waived'
) waived;

-- How long the phases of a closed run took; those of earlier runs are read when a panel starts, with their words.
create table run_phase (
    run_id bigint not null references run (id),
    section text not null,
    title text not null,
    planned_minutes integer,
    seconds bigint not null,
    primary key (run_id, section)
);

update run set words = null where closed_at is not null;
