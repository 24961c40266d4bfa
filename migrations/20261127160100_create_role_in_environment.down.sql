drop function roles_at(bigint);
drop table role_in_environment;
