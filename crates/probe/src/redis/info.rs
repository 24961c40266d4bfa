//! `INFO` answers with every section that it has by default, so that one answer serves the questions to any of them.

use redis::Value;

/// The sections of a plain `INFO` (Redis documentation, "INFO").
const DEFAULT: [&str; 11] = [
    "server",
    "clients",
    "memory",
    "persistence",
    "stats",
    "replication",
    "cpu",
    "modules",
    "errorstats",
    "cluster",
    "keyspace",
];

/// The command that is sent for one that asks, and the section of its answer that was asked for.
pub(super) fn whole<'a>(command: &'a [&'a str]) -> (&'a [&'a str], Option<&'a str>) {
    match command {
        [info, section]
            if info.eq_ignore_ascii_case("info")
                && DEFAULT.iter().any(|known| known.eq_ignore_ascii_case(section)) =>
        {
            (&command[..1], Some(section))
        }
        _ => (command, None),
    }
}

/// The part of an answer below `# Section`, with that line; nothing where there is no such part, as the server itself answers a
/// section that it does not know.
pub(super) fn section(reply: &Value, section: &str) -> Value {
    let Value::BulkString(bytes) = reply else {
        return reply.clone();
    };
    let text = String::from_utf8_lossy(bytes);
    let is_heading = |line: &&str| line.starts_with("# ");
    let mut lines = text.lines().skip_while(|line| {
        let name = line.strip_prefix("# ").unwrap_or_default();
        !name.trim().eq_ignore_ascii_case(section)
    });
    let Some(heading) = lines.next() else {
        return Value::BulkString(Vec::new());
    };
    let part: Vec<&str> = [heading]
        .into_iter()
        .chain(lines.take_while(|line| !is_heading(line)))
        .collect();
    Value::BulkString(part.join("\r\n").into_bytes())
}

/// The value of a field of an answer.
pub(super) fn field<'a>(answer: &'a str, field: &str) -> Option<&'a str> {
    let mut lines = answer.lines().filter_map(|line| line.split_once(':'));
    lines
        .find(|(name, _)| *name == field)
        .map(|(_, value)| value.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_cut_out_of_the_whole_answer_and_one_that_is_not_there_is_empty() {
        let whole =
            Value::BulkString(b"# Server\r\nredis_version:7.2\r\n\r\n# Memory\r\nused_memory:1\r\n".to_vec());
        let text = |value: Value| match value {
            Value::BulkString(bytes) => String::from_utf8(bytes).unwrap_or_default(),
            other => format!("{other:?}"),
        };
        assert_eq!(text(section(&whole, "memory")), "# Memory\r\nused_memory:1");
        assert_eq!(
            text(section(&whole, "server")),
            "# Server\r\nredis_version:7.2\r\n"
        );
        assert_eq!(text(section(&whole, "modules")), "");
    }

    #[test]
    fn only_a_section_that_a_plain_info_has_is_asked_for_with_the_others() {
        assert_eq!(super::whole(&["INFO", "Stats"]), (&["INFO"][..], Some("Stats")));
        assert_eq!(
            super::whole(&["INFO", "commandstats"]),
            (&["INFO", "commandstats"][..], None)
        );
        assert_eq!(super::whole(&["DBSIZE"]), (&["DBSIZE"][..], None));
    }
}
