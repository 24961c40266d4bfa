drop table environment_lock;
drop table attachment;
drop table evidence;
drop table event;
drop table run;
drop function refuse_change();
