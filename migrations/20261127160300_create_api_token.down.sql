drop table api_token;
alter table person drop constraint person_has_a_password_or_is_a_program;
-- What programs did stays theirs; nobody signs in as one: no password has this hash.
update person set password_hash = '$argon2id$', disabled_at = coalesce(disabled_at, now()) where service;
alter table person alter column password_hash set not null;
alter table person drop column service;
