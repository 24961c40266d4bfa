-- The last runs of a checklist in an environment: a few of many, by each of its revisions. By their time, not their number: the
-- primary key would seem to be a way to those of a checklist that has not run for long.
create index run_of_revision on run (revision_id, environment, started_at, id);
