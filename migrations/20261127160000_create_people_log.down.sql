drop table people_log;
