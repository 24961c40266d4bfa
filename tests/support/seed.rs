//! Chance that can be had again: every time something is tried has a seed, which its failure names.

use std::ops::Range;

/// The seeds of a campaign's round: `FIRST` and how many, from the environment; without them a small sample.
pub fn seeds(first: &str, count: &str, sample: u64) -> Range<u64> {
    let number = |name: &str, default: u64| {
        let given = std::env::var(name).ok();
        given.map_or(default, |given| given.parse().unwrap())
    };
    let from = number(first, 1);
    from..from + number(count, sample)
}

/// The seeds of what is done to faults.
pub fn fault_seeds(sample: u64) -> Range<u64> {
    seeds("GONOGO_FAULT_SEED", "GONOGO_FAULTS", sample)
}

/// The next number of a sequence that a seed begins (SplitMix64).
pub fn random(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
