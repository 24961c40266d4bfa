-- A phase that goes by itself is nothing that an older Gonogo could take over.
update task set state = 'ended', ended_at = now() where work ->> 'work' = 'phase' and state <> 'ended';
drop index task_one_phase;
