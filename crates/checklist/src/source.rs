//! The document's bytes as text, with byte offsets that stay true, and the way from an offset to a line.

use std::ops::Range;

/// What stands for a byte that is not UTF-8, and for a zero byte (CommonMark 0.31, section 2.3): one byte itself, so
/// that offsets stay true.
pub const SUBSTITUTE: char = '\u{1a}';

/// How the bytes of a document are written, by their byte order mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8: offsets are those of the bytes.
    Utf8,
    /// UTF-16, the lower byte first.
    Utf16Little,
    /// UTF-16, the higher byte first.
    Utf16Big,
}

/// A document as text. Offsets are into [`Source::text`]; the byte in the document is `offset + bom`.
pub struct Source {
    /// The document without a byte order mark; each byte that is not UTF-8, and each zero byte, is [`SUBSTITUTE`].
    pub text: String,
    /// Bytes of the byte order mark: 0 or 3.
    pub bom: usize,
    /// Where text starts that is not front matter.
    pub body: usize,
    /// How the bytes are written.
    pub encoding: Encoding,
    /// Ranges of bytes that were not UTF-8, merged where they touch.
    pub invalid: Vec<Range<usize>>,
    line_starts: Vec<usize>,
}

impl Source {
    /// Reads any bytes. Takes time in proportion to their number.
    pub fn new(bytes: &[u8]) -> Self {
        let (encoding, bom) = match bytes {
            [0xef, 0xbb, 0xbf, ..] => (Encoding::Utf8, 3),
            [0xff, 0xfe, ..] => (Encoding::Utf16Little, 2),
            [0xfe, 0xff, ..] => (Encoding::Utf16Big, 2),
            _ => (Encoding::Utf8, 0),
        };
        let (text, invalid) = match encoding {
            Encoding::Utf8 => lossy(&bytes[bom..]),
            Encoding::Utf16Little => (utf16(&bytes[bom..], u16::from_le_bytes), Vec::new()),
            Encoding::Utf16Big => (utf16(&bytes[bom..], u16::from_be_bytes), Vec::new()),
        };
        let line_starts = line_starts(text.as_bytes());
        let body = front_matter(&text);
        Self {
            text,
            bom,
            body,
            encoding,
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

    /// The title that the front matter names.
    pub fn front_title(&self) -> Option<&str> {
        let lines = self.text[..self.body].lines();
        let value = |line: &'_ str| -> Option<(usize, usize)> {
            let rest = line
                .strip_prefix("title")?
                .trim_start()
                .strip_prefix([':', '='])?;
            let quotes = |c: char| c.is_whitespace() || matches!(c, '"' | '\'');
            let start = line.len() - rest.trim_start_matches(quotes).len();
            Some((start, line.trim_end_matches(quotes).len().max(start)))
        };
        let mut found = lines.filter_map(|line| value(line).map(|(start, end)| &line[start..end]));
        found.find(|title| !title.is_empty())
    }

    /// Whether offsets into the text are, but for the byte order mark, those of the bytes.
    pub fn is_utf8(&self) -> bool {
        self.encoding == Encoding::Utf8
    }

    /// A changed text in the encoding of the document. The bytes as they are, where they would not come back whole.
    pub fn encoded(&self, text: &str, bytes: &[u8]) -> Vec<u8> {
        let encode = |text: &str| -> Vec<u8> {
            let units = text.encode_utf16();
            let body: Vec<u8> = match self.encoding {
                Encoding::Utf8 => return text.as_bytes().to_vec(),
                Encoding::Utf16Little => units.flat_map(u16::to_le_bytes).collect(),
                Encoding::Utf16Big => units.flat_map(u16::to_be_bytes).collect(),
            };
            [&bytes[..self.bom.min(bytes.len())], &body].concat()
        };
        if encode(&self.text) == bytes {
            encode(text)
        } else {
            bytes.to_vec()
        }
    }

    /// The text of a range; offsets inside a character move to its start.
    pub fn slice(&self, range: Range<usize>) -> &str {
        let end = self.text.floor_char_boundary(range.end);
        let start = self.text.floor_char_boundary(range.start).min(end);
        &self.text[start..end]
    }
}

fn lossy(bytes: &[u8]) -> (String, Vec<Range<usize>>) {
    if let (Ok(text), None) = (std::str::from_utf8(bytes), memchr::memchr(0, bytes)) {
        return (text.to_owned(), Vec::new());
    }
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

/// UTF-16 as text; what is none is a replacement character.
fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    let odd = (bytes.len() % 2 == 1).then_some(char::REPLACEMENT_CHARACTER);
    let chars = char::decode_utf16(units).map(|unit| match unit {
        Ok('\0') => SUBSTITUTE,
        Ok(c) => c,
        Err(_) => char::REPLACEMENT_CHARACTER,
    });
    chars.chain(odd).collect()
}

/// Lines end at `\n`, `\r\n` and a lone `\r` (CommonMark 0.31, section 2.1).
fn line_starts(bytes: &[u8]) -> Vec<usize> {
    let ends = memchr::memchr2_iter(b'\n', b'\r', bytes).map(|at| at + 1);
    let whole = |end: &usize| bytes[end - 1] == b'\n' || bytes.get(*end) != Some(&b'\n');
    std::iter::once(0).chain(ends.filter(whole)).collect()
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
    fn utf16_is_read_by_its_byte_order_mark_and_comes_back() {
        let text = "- [ ] größe 🚀\n";
        let units = || std::iter::once(0xfeff).chain(text.encode_utf16());
        let (little, big): (Vec<u8>, Vec<u8>) = (
            units().flat_map(u16::to_le_bytes).collect(),
            units().flat_map(u16::to_be_bytes).collect(),
        );
        for bytes in [little, big] {
            let source = Source::new(&bytes);
            assert_eq!(source.text, text);
            assert_eq!(source.encoded(text, &bytes), bytes);
        }
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
