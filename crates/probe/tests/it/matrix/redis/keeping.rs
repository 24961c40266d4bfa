//! What a server keeps on disk, and how much of its memory it uses.

use super::*;
use domain::probe::RedisPersistence::{self, Any, Aof, Rdb};

fn kept(how: RedisPersistence) -> RedisQuestion {
    RedisQuestion::Persistence(how)
}

fn share(value: f64) -> RedisQuestion {
    let quantity = Quantity {
        value,
        unit: Unit::Percent,
    };
    let comparison = Comparison::Below;
    RedisQuestion::MemoryShare(Bound { comparison, quantity })
}

/// A snapshot that cannot be written: its folder is none.
const UNSAVED: &str = "CONFIG SET save \"3600 1\"\r\nSET a b\r\n";

pub fn rows() -> Vec<Row> {
    let saying = real(&["--save", "3600 1"]);
    let no_config = || Target::Redis(&["--save", "3600 1"], "ACL SETUSER default -config\r\n", 1);
    vec![
        row(
            Good,
            "an append-only file",
            PASS,
            kept(Any),
            real(&["--appendonly", "yes"]),
        ),
        row(
            Good,
            "an append-only file, as asked",
            PASS,
            kept(Aof),
            real(&["--appendonly", "yes"]),
        ),
        row(Good, "snapshots", PASS, kept(Rdb), saying),
        row(
            Good,
            "snapshots set while it runs",
            PASS,
            kept(Any),
            Target::Redis(&[], UNSAVED, 2),
        ),
        row(
            Good,
            "memory within its share",
            PASS,
            share(99.0),
            real(&["--maxmemory", "1gb"]),
        ),
        row(Bad, "nothing is kept", FAIL, kept(Any), real(&[])),
        row(
            Bad,
            "snapshots, and an append-only file is asked for",
            FAIL,
            kept(Aof),
            real(&["--save", "3600 1"]),
        ),
        row(
            Bad,
            "an append-only file, and snapshots are asked for",
            FAIL,
            kept(Rdb),
            real(&["--appendonly", "yes"]),
        ),
        row(
            Bad,
            "memory beyond its share",
            FAIL,
            share(0.0001),
            real(&["--maxmemory", "1gb"]),
        ),
        row(
            Unreachable,
            "nobody listens where persistence is asked for",
            NO_ANSWER,
            kept(Any),
            Target::Tcp("redis", Conduct::Closed),
        ),
        row(
            Slow,
            "no answer where memory is asked for",
            NO_ANSWER,
            share(80.0),
            Target::Tcp("redis", Conduct::Silent),
        ),
        row(
            Ambiguous,
            "a server that does not tell its settings",
            NO_DATA,
            kept(Any),
            no_config(),
        ),
        row(
            Ambiguous,
            "no limit to compare the memory with",
            NO_DATA,
            share(80.0),
            real(&[]),
        ),
        row(
            Ambiguous,
            "an answer without the fields (said)",
            NO_ANSWER,
            kept(Any),
            says("$15\r\n# Persistence\r\n\r\n"),
        ),
    ]
}
