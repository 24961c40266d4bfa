drop table delivery;
update task set state = 'ended', ended_at = coalesce(ended_at, now()) where work ->> 'work' in ('notify', 'deliver');
