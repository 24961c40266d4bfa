//! Tells cargo that a new migration means a new build: the migrations are compiled into the program.

fn main() {
    println!("cargo:rerun-if-changed=../../migrations");
}
