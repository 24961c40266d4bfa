-- What the history is asked for: each filter has an index that is in the order of the list, so that a page is read from where it
-- begins and not sorted out of everything.
alter table run add column class text;
update run set class = coalesce(fold -> 'start' ->> 'class', 'production');
alter table run alter column class set not null;
-- The words that it is found by (domain::search::words); null: not read yet, which a panel does when it starts.
alter table run add column words tsvector;

drop index run_environment;
drop index run_state;
create index run_started on run (started_at desc, id desc) include (environment, state);
create index run_environment on run (environment, started_at desc, id desc) include (state, closed_at);
create index run_state on run (state, started_at desc, id desc) include (environment, closed_at);
create index run_open_started on run (started_at desc, id desc) include (environment, state) where closed_at is null;
create index run_closed_started on run (started_at desc, id desc) include (environment, state) where closed_at is not null;
create index run_words on run using gin (words) with (fastupdate = off);
create index run_unread on run (id) where words is null;

-- Who started a run or signed in it.
create table run_person (
    person text not null,
    started_at timestamptz not null,
    run_id bigint not null references run (id),
    primary key (person, started_at, run_id)
);

insert into run_person (person, started_at, run_id)
select started_by, started_at, id from run
union
select body::jsonb -> 'by' ->> 'name', started_at, run.id
from event join run on run.id = run_id
where body like '%"event":"signed"%' and body::jsonb -> 'what' ->> 'event' = 'signed'
  and body::jsonb -> 'by' ->> 'name' is not null;

-- What counters said is looked for with every look at a run, in few of its many pieces of evidence.
create index evidence_readings on evidence (run_id, at) where body like '%"readings":[%';
