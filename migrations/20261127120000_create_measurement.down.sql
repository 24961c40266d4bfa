drop table measurement;
