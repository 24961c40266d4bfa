# Sourced by scripts/lab: what there is.
# shellcheck shell=bash

status() {
  local broken=()
  mapfile -t broken < <(broken_names)
  operator python3 - "$WORK" "${broken[@]}" <"$SOURCE/status.py"
}
