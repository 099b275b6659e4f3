#!/bin/bash
# The shell completes our options, their words and files.
set -euo pipefail
export PATH=$BIN:$PATH
# shellcheck source=/dev/null
source "$TESTS/../scripts/completions/liveutils.bash"

# complete WORDS...: what bash would offer for the last of them
offers() {
  COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
  _liveutils "$1"
  printf '%s\n' "${COMPREPLY[@]}"
}

expect() {
  grep -qx -- "$1" <<<"$2" || {
    echo "expected $1 among: $2"
    exit 1
  }
}

for program in "$TESTS"/../tools/*/main.cpp; do
  name=$(basename "$(dirname "$program")")
  expect --log-level "$(offers "$name" --log)"
  expect --version "$(offers "$name" --v)"
  expect json "$(offers "$name" --log-format j)"
  complete -p "$name" >/dev/null
done
[[ $(offers fmp4-httpd --nothing-like-this) == "" ]]
expect flv "$(offers rtmp-ingest --format f)"
[[ $(offers rtmp-ingest --takeover a) == always ]]
