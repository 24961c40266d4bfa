//! The command line: `gonogo --help` lists what it does.

fn main() -> std::process::ExitCode {
    gonogo::server::command::main()
}
