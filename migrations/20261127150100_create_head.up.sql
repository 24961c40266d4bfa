-- What was signed of each run now and then: the number of an event and the hash of the chain there, in an envelope (DSSE).
create table head (
    run_id bigint not null references run (id),
    number bigint not null,
    envelope text not null,
    signed_at timestamptz not null,
    primary key (run_id, number)
);

create trigger head_is_append_only before update or delete on head
    for each row execute function refuse_change();
create trigger head_is_not_truncated before truncate on head
    for each statement execute function refuse_change();

-- Events that a head is to be signed on, stored with the event. Whoever has the key signs it, and takes the row away.
create table head_due (
    run_id bigint not null references run (id),
    number bigint not null,
    -- Why nothing was signed: the chain does not hold.
    refused text,
    primary key (run_id, number)
);

-- Heads that are not written to the witness's file yet.
create table witness_due (
    run_id bigint not null,
    number bigint not null,
    primary key (run_id, number),
    foreign key (run_id, number) references head (run_id, number)
);
