-- How long the way back took when it was last gone: asked with every look at a run, of few among many runs.
create index run_rolled_back on run (environment, (fold -> 'rollback' ->> 'tier'), id desc)
    where fold -> 'rollback' -> 'state' ->> 'state' = 'done';
