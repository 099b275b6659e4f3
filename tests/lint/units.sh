#!/bin/bash
# systemd finds nothing to say about our units, with the programs where this build put them.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for unit in "$TESTS"/../scripts/systemd/*.{service,socket}; do
  sed "s,/usr/bin/\(rtsp2fmp4\|rtmp-ingest\|fmp4-httpd\),$BIN/\1,g" "$unit" >"$folder/$(basename "$unit")"
done
# An instance of each template, as an operator would start it.
for unit in "$folder"/*@.service; do
  cp "$unit" "${unit/@/@door}"
done
complaints=$(cd "$folder" && SYSTEMD_UNIT_PATH="$folder:" systemd-analyze verify --man=no ./*door.service ./*d.service ./*.socket 2>&1) || {
  echo "$complaints"
  exit 1
}
[[ -z $complaints ]] || {
  echo "$complaints"
  exit 1
}
echo "$(find "$folder" -name '*.service' -o -name '*.socket' | wc -l) units are in order"
