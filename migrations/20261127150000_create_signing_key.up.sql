-- The keys that heads of runs and evidence files are signed with: only what verifies. What signs is a file beside Gonogo, so that
-- whoever has the database alone signs nothing. `envelope` introduces the key, signed by itself and by the one before (DSSE).
create table signing_key (
    number bigint generated always as identity primary key,
    id text not null unique
        constraint signing_key_id_is_sha256 check (id ~ '^[0-9a-f]{64}$'),
    envelope text not null,
    valid_from timestamptz not null
);

create trigger signing_key_is_append_only before update or delete on signing_key
    for each row execute function refuse_change();
create trigger signing_key_is_not_truncated before truncate on signing_key
    for each statement execute function refuse_change();
