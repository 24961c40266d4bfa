//! Prints `docs/lints.md`: `cargo run -p checklist --example lints > docs/lints.md`.

fn main() {
    print!("{}", checklist::lint::catalogue::markdown());
}
