//! Prints what a document compiles to: `cargo run -p checklist --example check -- FILE`.

fn main() -> std::io::Result<()> {
    for file in std::env::args().skip(1) {
        let bytes = std::fs::read(&file)?;
        let compiled = checklist::compile(&bytes);
        print!(
            "{}",
            checklist::report::render(&compiled, &String::from_utf8_lossy(&bytes), &file)
        );
    }
    Ok(())
}
