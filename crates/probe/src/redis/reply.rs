//! Replies of Redis (RESP2): measured before they are decoded, so that no announced length or nesting is believed.

use redis::Value;

/// The longest reply that is read, in bytes.
pub(crate) const REPLY_BYTES: usize = 1024 * 1024;

/// How deep replies may stand within each other.
const DEEPEST: usize = 8;

/// How many values one reply may hold.
const VALUES: usize = 64 * 1024;

/// A reply that arrives in pieces.
#[derive(Default)]
pub(crate) struct Arriving {
    pub bytes: Vec<u8>,
    /// Up to where it was measured.
    at: usize,
    /// Up to where the end of the present line was looked for.
    looked: usize,
    /// How many values each open array still lacks, the outermost first.
    open: Vec<usize>,
    values: usize,
}

impl Arriving {
    /// Whether the reply is complete; called again after more bytes came.
    ///
    /// # Errors
    /// In words: longer, deeper or of more values than allowed, or no reply of Redis at all.
    pub fn complete(&mut self) -> Result<bool, String> {
        loop {
            let rest = &self.bytes[self.at..];
            if !matches!(rest.first(), None | Some(b'+' | b'-' | b':' | b'$' | b'*')) {
                return Err("what answers does not speak Redis".to_owned());
            }
            let looked = self.looked.saturating_sub(self.at);
            let end = rest[looked..].windows(2).position(|pair| pair == b"\r\n");
            let Some(line) = end.map(|end| looked + end) else {
                self.looked = self.bytes.len().saturating_sub(1).max(self.at);
                return self.within_bounds().map(|()| false);
            };
            let (kind, number) = (rest[0], &rest[1..line.max(1)]);
            let mut taken = line + 2;
            let mut holds = 0;
            match kind {
                b'+' | b'-' | b':' => {}
                b'$' => {
                    let length = length(number)?;
                    if length > REPLY_BYTES {
                        return Err(format!(
                            "it announces a value of {length} bytes, at most 1 MB is read"
                        ));
                    }
                    taken += if number == b"-1" { 0 } else { length + 2 };
                }
                b'*' => {
                    holds = length(number)?;
                    self.values = self.values.saturating_add(holds);
                    if self.values > VALUES {
                        return Err(format!(
                            "it announces {} values, at most {VALUES} are read",
                            self.values
                        ));
                    }
                }
                _ => return Err("what answers does not speak Redis".to_owned()),
            }
            if rest.len() < taken {
                return self.within_bounds().map(|()| false);
            }
            self.at += taken;
            if self.close(holds)? {
                return Ok(true);
            }
        }
    }

    /// Counts a value that ended, or opens an array of `holds`; whether the whole reply is there.
    fn close(&mut self, holds: usize) -> Result<bool, String> {
        if holds > 0 {
            if self.open.len() == DEEPEST {
                return Err(format!(
                    "its values stand more than {DEEPEST} deep within each other"
                ));
            }
            self.open.push(holds);
            return Ok(false);
        }
        while let Some(lacks) = self.open.last_mut() {
            *lacks -= 1;
            if *lacks > 0 {
                return Ok(false);
            }
            self.open.pop();
        }
        Ok(true)
    }

    fn within_bounds(&self) -> Result<(), String> {
        match self.bytes.len() > REPLY_BYTES {
            true => Err("it is longer than 1 MB".to_owned()),
            false => Ok(()),
        }
    }
}

/// An announced length; none (`-1`) is 0.
fn length(digits: &[u8]) -> Result<usize, String> {
    let text = std::str::from_utf8(digits).unwrap_or_default();
    match text {
        "-1" => Ok(0),
        _ => text
            .parse()
            .map_err(|_| "what answers does not speak Redis".to_owned()),
    }
}

/// A reply as `redis-cli` prints it into a pipe: one value a line, without quotes.
pub(crate) fn printed(reply: &Value) -> String {
    match reply {
        Value::Nil => "\n".to_owned(),
        Value::Int(number) => format!("{number}\n"),
        Value::Okay => "OK\n".to_owned(),
        Value::SimpleString(text) => format!("{text}\n"),
        Value::BulkString(bytes) => {
            let text = String::from_utf8_lossy(bytes);
            format!("{}\n", text.trim_end_matches(['\r', '\n']))
        }
        Value::Array(values) => values.iter().map(printed).collect(),
        Value::ServerError(error) => {
            format!(
                "(error) {} {}\n",
                error.code(),
                error.details().unwrap_or_default()
            )
        }
        // Kinds of a newer protocol, which is not asked for.
        other => format!("{other:?}\n"),
    }
}

#[cfg(test)]
mod tests;
