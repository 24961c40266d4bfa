drop table sign_in_failure;
drop table person_role;
drop table person;
