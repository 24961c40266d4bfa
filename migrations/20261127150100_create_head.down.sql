drop table witness_due;
drop table head_due;
drop table head;
