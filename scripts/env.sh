# Sourced by the scripts here, never run: where things are, and what every cargo call of the project shares.
# shellcheck shell=bash
ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$ROOT" || exit 1

# Tools and downloads stand outside the checkout, so that a fresh clone finds them again.
GONOGO_CACHE="${GONOGO_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/gonogo}"
TARGET="${CARGO_TARGET_DIR:-$ROOT/target}"
SITE="$TARGET/site"

# SQL is checked against the committed .sqlx; only scripts/prepare asks a database.
export SQLX_OFFLINE=true

WASM_BINDGEN_VERSION="$(sed -n '/^name = "wasm-bindgen"$/{n;s/^version = "\(.*\)"$/\1/p;}' Cargo.lock)"
WASM_BINDGEN="$GONOGO_CACHE/wasm-bindgen-$WASM_BINDGEN_VERSION/bin/wasm-bindgen"
WASM_SPLIT_VERSION=0.2.4 # what `#[lazy]` of the Leptos in Cargo.toml is made for (wasm_split_helpers in Cargo.lock)
WASM_SPLIT="$GONOGO_CACHE/wasm-split-$WASM_SPLIT_VERSION/bin/wasm-split-cli"
lock_hash() { sha256sum "$1/package-lock.json" | cut -c1-16; }
NPM_TOOLS="$GONOGO_CACHE/npm-$(lock_hash scripts)"
NPM_TESTS="$GONOGO_CACHE/npm-$(lock_hash end2end)"

# What asks the API for the tests (tests/contract.rs).
PYTHON_TESTS="$TARGET/python-$(sha256sum tests/contract/requirements.txt | cut -c1-16)"
export GONOGO_SCHEMATHESIS="$PYTHON_TESTS/bin/schemathesis"

# What scripts/bench compares Gonogo with.
GOSS="$GONOGO_CACHE/goss/usr/bin/goss"
TESTINFRA="$GONOGO_CACHE/testinfra-$(sha256sum end2end/lab/testinfra.txt | cut -c1-16)"

say() { printf '%s: %s\n' "$(basename "$0")" "$*"; }
die() { printf '%s: error: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }

# The folder that holds postgres and initdb: PATH first, then the newest of Debian's. Fails when there is none.
postgres_bin() {
  local found
  found="$(command -v postgres)" && found="$(dirname "$(readlink -f "$found")")" && [ -x "$found/initdb" ] && { echo "$found"; return; }
  found="$(printf '%s\n' /usr/lib/postgresql/*/bin /usr/local/pgsql/bin /opt/homebrew/opt/postgresql*/bin | sort -V | tac)"
  while read -r dir; do
    [ -x "$dir/postgres" ] && [ -x "$dir/initdb" ] && { echo "$dir"; return; }
  done <<<"$found"
  return 1
}

# The first browser that the tests can drive. Fails when there is none.
chromium_path() {
  local name
  for name in "${GONOGO_CHROMIUM:-}" chromium chromium-browser google-chrome-stable google-chrome; do
    [ -n "$name" ] && command -v "$name" && return
  done
  return 1
}

# How the browser part is compiled: `target` with the installed target, `build-std` with the library's source, or fails.
wasm_way() {
  local lib
  lib="$(rustc --print sysroot)/lib/rustlib"
  if compgen -G "$lib/wasm32-unknown-unknown/lib/libstd-*.rlib" >/dev/null; then echo target
  elif [ -f "$lib/src/rust/library/std/Cargo.toml" ]; then echo build-std
  else return 1; fi
}
