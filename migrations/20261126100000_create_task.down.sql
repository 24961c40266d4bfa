create table action_request (
    run_id bigint not null references run (id),
    request_key uuid not null,
    item text not null,
    at timestamptz not null,
    primary key (run_id, request_key)
);

insert into action_request (run_id, request_key, item, at)
select run_id, request_key, work ->> 'item', created_at from task where work ? 'item';

alter table run drop column seal;
drop table task;
drop function panel_lock();
drop table panel;
