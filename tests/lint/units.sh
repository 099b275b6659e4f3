#!/bin/bash
# systemd finds nothing to say about our units, with the programs where this build put them; the options that they give
# them exist, and what their environment files say arrives as it is written.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for unit in "$TESTS"/../scripts/systemd/*.{service,socket}; do
  sed "s,/usr/bin/\(rtsp2fmp4\|fmp4-httpd\|rtmp-ingest\|hls-abr-playlist\|abr-hls\|social-relay\|s3-dvr-sync\),$BIN/\1,g" "$unit" >"$folder/$(basename "$unit")"
done
# An instance of each template, as an operator would start it.
for unit in "$folder"/*@.service; do
  cp "$unit" "${unit/@/@door}"
done
cd "$folder"
mapfile -t units < <(find . -name '*.service' -o -name '*.socket' | grep -v '@\.' | sort)
complaints=$(SYSTEMD_UNIT_PATH="$folder:" systemd-analyze verify --man=no "${units[@]}" 2>&1) || {
  echo "$complaints"
  exit 1
}
[[ -z $complaints ]] || {
  echo "$complaints"
  exit 1
}

# Every long option of an ExecStart= is one of its programs.
sed -n 's,^ExecStart=\(.*\),\1,p' ./*.service | while read -r line; do
  programs=$(grep -o "$BIN/[a-z0-9-]*" <<<"$line")
  help=$(while read -r program; do "$program" --help; done <<<"$programs")
  while read -r option; do
    grep -q -- " $option" <<<"$help" || {
      echo "${programs//$BIN\//} : no $option"
      exit 1
    }
  done < <(grep -oE -- '--[a-z][a-z-]*' <<<"$line")
done

# A command in an environment file, read as systemd does (single quotes keep everything), records a stream.
sed -n "s/^EXEC='\(.*\)'$/\1/p" "$TESTS/../scripts/systemd/rtmp-ingest.env" >recipe.sh
mkdir state
STATE_DIRECTORY=$folder/state LIVE_NAME=door sh recipe.sh <<<media
grep -qx media state/door-2*.mp4

# The keys are copied for the service alone, at the start and by a reload, which then tells it.
mkdir run
echo "anna key" >rtmp-ingest.keys
here() { sed -n "s/^$1=+\/bin\/sh -c '\(.*\)'$/\1/p" rtmp-ingest.service | sed "s,/etc/liveutils,.,g; s,/run/rtmp-ingest,run,g"; }
sh -c "$(here ExecStartPre)"
[[ $(stat -c %a run/keys) == 600 ]]
echo "anna other" >rtmp-ingest.keys
(trap 'exit 0' HUP; touch ready; while :; do sleep 0.02; done) &
timeout 20 sh -c 'until [ -e ready ]; do sleep 0.02; done'
MAINPID=$! sh -c "$(here ExecReload)"
wait $!
cmp rtmp-ingest.keys run/keys
echo "$(find "$folder" -name '*.service' -o -name '*.socket' | wc -l) units are in order"
