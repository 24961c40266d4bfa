-- What was seen in each slot of a verification window. Too many for the chain of events, which holds what changes and what they
-- say in the end.
create table sample (
    run_id bigint not null references run (id),
    -- When it was to be taken: a multiple of the window's interval.
    slot timestamptz not null,
    item text not null,
    taken_at timestamptz not null,
    verdict text not null
        constraint sample_verdict_is_known check (verdict in ('pass', 'warning', 'no data', 'error', 'fail')),
    value double precision,
    -- Why, and the evidence: only where the verdict differs from the one before.
    said text,
    evidence text,
    -- The clock was ahead when it was taken: it counts no more, and its slot stays empty.
    struck boolean not null default false,
    -- The latest of one line, and one line over a window, are what is asked for again and again.
    primary key (run_id, item, slot)
);
