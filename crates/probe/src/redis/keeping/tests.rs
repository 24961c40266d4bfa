use super::*;
use Verdict::{Error, Fail, NoData, Pass};
use domain::quantity::{Comparison, Quantity};
use rstest::rstest;

fn text(text: &str) -> Value {
    Value::BulkString(text.as_bytes().to_vec())
}

fn save(value: &str) -> Result<Value, Trouble> {
    Ok(Value::Array(vec![text("save"), text(value)]))
}

fn refused() -> Result<Value, Trouble> {
    Err(Trouble::Said {
        code: "ERR".to_owned(),
        words: "unknown command 'CONFIG'".to_owned(),
    })
}

fn info(aof: u8, rdb_status: &str, aof_status: &str) -> Value {
    text(&format!(
        "# Persistence\r\nloading:0\r\nrdb_last_bgsave_status:{rdb_status}\r\naof_enabled:{aof}\r\n\
         aof_last_bgrewrite_status:ok\r\naof_last_write_status:{aof_status}\r\n"
    ))
}

use RedisPersistence::{Any, Aof, Rdb};

#[rstest]
#[case(
    info(1, "ok", "ok"),
    save(""),
    Any,
    Pass,
    "the append-only file is on; aof_last_write_status, aof_last_bgrewrite_status: ok"
)]
#[case(
    info(0, "ok", "ok"),
    save("3600 1"),
    Any,
    Pass,
    "snapshots are on (3600 1); rdb_last_bgsave_status: ok"
)]
#[case(
    info(0, "ok", "ok"),
    save(""),
    Any,
    Fail,
    "neither appendonly nor save is set: what it holds is lost when it ends"
)]
#[case(
    info(0, "err", "ok"),
    save("3600 1"),
    Any,
    Fail,
    "snapshots are on (3600 1), but rdb_last_bgsave_status is err: look at its log, the disk and the directory"
)]
#[case(
    info(1, "err", "ok"),
    save("3600 1"),
    Any,
    Fail,
    "snapshots are on (3600 1), but rdb_last_bgsave_status is err: look at its log, the disk and the directory"
)]
#[case(
    info(1, "ok", "err"),
    save("3600 1"),
    Any,
    Fail,
    "the append-only file is on, but aof_last_write_status is err: look at its log, the disk and the directory"
)]
#[case(
    info(1, "ok", "ok"),
    refused(),
    Any,
    Pass,
    "the append-only file is on; aof_last_write_status, aof_last_bgrewrite_status: ok"
)]
#[case(
    info(0, "ok", "ok"),
    refused(),
    Any,
    NoData,
    "the server does not tell its setting save (ERR): look where it is hosted whether snapshots are on"
)]
#[case(
    info(0, "ok", "ok"),
    save("3600 1"),
    Aof,
    Fail,
    "appendonly is no: nothing is appended to a file on disk"
)]
#[case(
    info(1, "ok", "ok"),
    save(""),
    Rdb,
    Fail,
    "no snapshots are configured: save is empty"
)]
#[case(
    text("# Persistence\r\n"),
    save(""),
    Any,
    NoData,
    "INFO does not say whether the append-only file is on"
)]
#[case(
    text("loading:1\r\naof_enabled:1\r\n"),
    save(""),
    Any,
    NoData,
    "it is still loading its data from disk: ask again when it is done"
)]
#[case(
    text("aof_enabled:1\r\n"),
    save(""),
    Any,
    Error,
    "the append-only file is on, and INFO gives no aof_last_write_status"
)]
fn what_is_kept_on_disk_was_written_there(
    #[case] answer: Value,
    #[case] settings: Result<Value, Trouble>,
    #[case] how: RedisPersistence,
    #[case] verdict: Verdict,
    #[case] reason: &str,
) {
    let judgement = judge(&answer, &settings, how);
    assert_eq!((judgement.verdict, judgement.reason.as_str()), (verdict, reason));
}

#[rstest]
#[case("used_memory:79\r\nmaxmemory:100\r\n", Pass, "79 B of 100 B (79 %)")]
#[case(
    "used_memory:80\r\nmaxmemory:100\r\n",
    Fail,
    "80 B of 100 B (80 %), must be < 80 %"
)]
#[case(
    "used_memory:79\r\nmaxmemory:0\r\n",
    NoData,
    "79 B are used, and maxmemory is 0, which sets no limit: there is nothing to compare with; set maxmemory"
)]
#[case("used_memory:79\r\n", Error, "INFO gives no used_memory and maxmemory")]
#[case(
    "used_memory:many\r\nmaxmemory:9\r\n",
    Error,
    "INFO gives no used_memory and maxmemory"
)]
fn memory_is_a_share_of_its_limit(#[case] answer: &str, #[case] verdict: Verdict, #[case] reason: &str) {
    let bound = Bound {
        comparison: Comparison::Below,
        quantity: Quantity {
            value: 80.0,
            unit: Unit::Percent,
        },
    };
    let judgement = judge_memory(&text(answer), &bound);
    assert_eq!((judgement.verdict, judgement.reason.as_str()), (verdict, reason));
}
