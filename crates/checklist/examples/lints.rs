//! Writes `docs/lints.md` and `docs/lints/` from the catalogue: `cargo run -p checklist --example lints`.

use checklist::lint::catalogue::{all, index, page};

fn main() -> std::io::Result<()> {
    let docs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    std::fs::create_dir_all(docs.join("lints"))?;
    std::fs::write(docs.join("lints.md"), index())?;
    for lint in all() {
        std::fs::write(docs.join("lints").join(format!("{}.md", lint.code)), page(lint))?;
    }
    Ok(())
}
