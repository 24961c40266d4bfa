//! What `gonogo check` prints: `cargo run -p checklist --example check -- [--json | --fix | --colour] FILE… | GNG012`.

use checklist::check::{Answer, check, explain};
use checklist::report::Paint;

fn main() -> std::io::Result<()> {
    let mut answer = Answer::Human(Paint::Plain);
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--json" => answer = Answer::Json,
            "--fix" => answer = Answer::Patch,
            "--colour" => answer = Answer::Human(Paint::Coloured),
            code if code.starts_with("GNG") => print!("{}", explain(code).unwrap_or_else(|message| message)),
            file => print!("{}", check(file, &std::fs::read(file)?, answer).text),
        }
    }
    Ok(())
}
