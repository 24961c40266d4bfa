//! The document's bytes as text, with byte offsets that stay true, and the way from an offset to a line.

use std::ops::Range;

/// What stands for a byte that is not UTF-8, and for a zero byte (CommonMark 0.31, section 2.3): one byte itself, so
/// that offsets stay true.
pub const SUBSTITUTE: char = '\u{1a}';

/// A document as text. Offsets are into [`Source::text`]; the byte in the document is `offset + bom`.
pub struct Source {
    /// The document without a byte order mark; each byte that is not UTF-8, and each zero byte, is [`SUBSTITUTE`].
    pub text: String,
    /// Bytes of the byte order mark: 0 or 3.
    pub bom: usize,
    /// Where text starts that is not front matter.
    pub body: usize,
    /// Ranges of bytes that were not UTF-8, merged where they touch.
    pub invalid: Vec<Range<usize>>,
    line_starts: Vec<usize>,
}

impl Source {
    /// Reads any bytes. Takes time in proportion to their number.
    pub fn new(bytes: &[u8]) -> Self {
        let bom = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        let (text, invalid) = lossy(&bytes[bom..]);
        let line_starts = line_starts(text.as_bytes());
        let body = front_matter(&text);
        Self {
            text,
            bom,
            body,
            invalid,
            line_starts,
        }
    }

    /// The line of an offset, from 1.
    pub fn line(&self, offset: usize) -> u32 {
        u32::try_from(self.line_starts.partition_point(|start| *start <= offset)).unwrap_or(u32::MAX)
    }

    /// The bytes of a line (from 1), without its line ending. Empty where there is no such line.
    pub fn line_span(&self, line: u32) -> Range<usize> {
        let index = (line as usize).saturating_sub(1);
        let Some(&start) = self.line_starts.get(index) else {
            return self.text.len()..self.text.len();
        };
        let end = self
            .line_starts
            .get(index + 1)
            .copied()
            .unwrap_or(self.text.len());
        start..start + self.text[start..end].trim_end_matches(['\n', '\r']).len()
    }

    /// The text of a range; offsets inside a character move to its start.
    pub fn slice(&self, range: Range<usize>) -> &str {
        let end = self.text.floor_char_boundary(range.end);
        let start = self.text.floor_char_boundary(range.start).min(end);
        &self.text[start..end]
    }
}

fn lossy(bytes: &[u8]) -> (String, Vec<Range<usize>>) {
    let mut text = String::with_capacity(bytes.len());
    let mut invalid: Vec<Range<usize>> = Vec::new();
    for chunk in bytes.utf8_chunks() {
        text.extend(
            chunk
                .valid()
                .chars()
                .map(|c| if c == '\0' { SUBSTITUTE } else { c }),
        );
        let bad = chunk.invalid().len();
        if bad == 0 {
            continue;
        }
        let start = text.len();
        text.extend(std::iter::repeat_n(SUBSTITUTE, bad));
        match invalid.last_mut() {
            Some(last) if last.end == start => last.end = text.len(),
            _ => invalid.push(start..text.len()),
        }
    }
    (text, invalid)
}

/// Lines end at `\n`, `\r\n` and a lone `\r` (CommonMark 0.31, section 2.1).
fn line_starts(bytes: &[u8]) -> Vec<usize> {
    let mut starts = vec![0];
    for (at, byte) in bytes.iter().enumerate() {
        let lone_return = *byte == b'\r' && bytes.get(at + 1) != Some(&b'\n');
        if *byte == b'\n' || lone_return {
            starts.push(at + 1);
        }
    }
    starts
}

/// The end of a YAML or TOML front matter at the very start: a fence line, up to 200 lines, the fence again.
fn front_matter(text: &str) -> usize {
    let mut lines = text.split_inclusive('\n');
    let Some(first) = lines.next() else { return 0 };
    let fence = first.trim_end();
    if fence != "---" && fence != "+++" {
        return 0;
    }
    let mut end = first.len();
    for (count, line) in lines.take(200).enumerate() {
        end += line.len();
        let trimmed = line.trim_end();
        if trimmed == fence {
            return if count > 0 { end } else { 0 };
        }
        let key = trimmed.starts_with([' ', '\t', '-', '#']) || trimmed.contains([':', '=']);
        if !key || trimmed.starts_with("# ") {
            return 0;
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_stay_true_where_bytes_are_not_utf8() {
        let source = Source::new(b"a\xff\xfeb\nc\xc3");
        assert_eq!(source.text, "a\u{1a}\u{1a}b\nc\u{1a}");
        assert_eq!(source.invalid, [1..3, 6..7]);
        assert_eq!(source.line(5), 2);
    }

    #[test]
    fn lines_end_at_every_kind_of_line_ending() {
        let source = Source::new(b"\xef\xbb\xbfone\r\ntwo\rthree\nfour");
        let lines: Vec<&str> = (1..=4).map(|line| source.slice(source.line_span(line))).collect();
        assert_eq!(lines, ["one", "two", "three", "four"]);
        assert_eq!(source.bom, 3);
    }

    #[test]
    fn front_matter_is_skipped_and_a_rule_is_not_front_matter() {
        assert_eq!(Source::new(b"---\ntitle: x\n---\n# A\n").body, 17);
        assert_eq!(Source::new(b"---\n\n# A\n\n---\n").body, 0);
    }
}
