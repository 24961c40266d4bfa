drop table invitation;
