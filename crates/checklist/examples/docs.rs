//! Writes what follows from the code into the documentation: `cargo run -p checklist --example docs`.
//!
//! `docs/lints.md` and `docs/lints/` come from the catalogue; in `docs/format.md` the block after each example becomes the
//! plan that the example compiles to.

use checklist::compile;
use checklist::lint::catalogue::{all, index, page};
use checklist::report::listing;

fn main() -> std::io::Result<()> {
    let docs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    std::fs::create_dir_all(docs.join("lints"))?;
    std::fs::write(docs.join("lints.md"), index())?;
    for lint in all() {
        std::fs::write(docs.join("lints").join(format!("{}.md", lint.code)), page(lint))?;
    }
    let format = docs.join("format.md");
    let text = filled(&std::fs::read_to_string(&format)?);
    std::fs::write(format, text)
}

/// The text with the block after each example written again.
fn filled(text: &str) -> String {
    let mut out = String::new();
    let mut parts = text.split("````markdown\n");
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (example, rest) = part.split_once("````\n").unwrap_or((part, ""));
        let after = rest
            .trim_start()
            .strip_prefix("```text\n")
            .and_then(|block| block.split_once("```\n"));
        let plan = listing(&compile(example.as_bytes()).plan);
        let rest = after.map_or(rest, |(_, after)| after);
        out.push_str(&format!(
            "````markdown\n{example}````\n\n```text\n{plan}```\n{rest}"
        ));
    }
    out
}
