-- Attempts to sign in by network (an IPv4 address, an IPv6 /64), as a bucket that leaks: when it will be empty again.
create table sign_in_network (
    network text primary key
        constraint sign_in_network_is_short check (char_length(network) <= 64),
    empty_at timestamptz not null
);

create index sign_in_network_empty_at on sign_in_network (empty_at);
