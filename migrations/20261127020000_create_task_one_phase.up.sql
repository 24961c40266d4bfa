-- One phase that goes by itself in an environment, however many people press. One that waits for somebody holds nothing up.
create unique index task_one_phase on task (environment) where work ->> 'work' = 'phase' and state = 'open';
