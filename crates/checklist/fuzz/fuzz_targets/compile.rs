//! Any bytes: everything that holds for a document holds for these.
#![no_main]

#[path = "../../examples/fuzz/invariants.rs"]
mod invariants;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Err(why) = invariants::hold(bytes, &[]) {
        panic!("{why}");
    }
});
