drop table revision;
drop table checklist;
