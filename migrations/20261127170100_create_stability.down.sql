drop table run_phase;
drop table waiver;
drop index run_begun;
alter table run drop column troubled_at, drop column begun_at;
