-- The numbers of the forms that started an action: a form that is sent twice starts it once.
create table action_request (
    run_id bigint not null references run (id),
    request_key uuid not null,
    item text not null,
    at timestamptz not null,
    primary key (run_id, request_key)
);
