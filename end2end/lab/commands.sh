# Sourced by scripts/lab.
