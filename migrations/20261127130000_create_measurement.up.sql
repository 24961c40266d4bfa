-- Everything that an attempt to measure found, histograms included, named by the SHA-256 of its canonical JSON. Which attempts there
-- were, and which counts, stands in the run's events.
create table measurement (
    run_id bigint not null references run (id),
    hash text not null,
    attempt integer not null,
    body text not null,
    at timestamptz not null,
    primary key (run_id, hash)
);

create trigger measurement_is_append_only before update or delete on measurement
    for each row execute function refuse_change();
create trigger measurement_is_not_truncated before truncate on measurement
    for each statement execute function refuse_change();
