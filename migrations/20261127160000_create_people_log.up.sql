-- What was done to people and their rights: who, what, when. Append-only.
create table people_log (
    id bigint generated always as identity primary key,
    at timestamptz not null,
    -- Nobody: the command line, or Gonogo itself.
    by_id bigint references person (id),
    by_name text not null,
    about_id bigint references person (id),
    about_name text not null,
    -- domain::people_log::PeopleDeed.
    deed jsonb not null
);

create index people_log_about on people_log (about_id, id desc);

create trigger people_log_is_append_only before update or delete on people_log
    for each row execute function refuse_change();
create trigger people_log_is_not_truncated before truncate on people_log
    for each statement execute function refuse_change();
