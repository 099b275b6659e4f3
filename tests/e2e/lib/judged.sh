# shellcheck shell=bash disable=SC2034
# judged.sh: a live ladder in root/film, and a judge that follows it:  . "$TESTS/e2e/lib/judged.sh"
# The story defines `ladder`, which writes it.

# clip SECONDS [OPTION OF FFMPEG]...: in.mp4, 29.97 pictures a second and sound, a key frame each 30.
clip() {
  ffmpeg -nostdin -v error -f lavfi -i testsrc2=size=320x180:rate=30000/1001:duration="$1" -f lavfi \
    -i sine=sample_rate=48000:duration="$1" -c:v libx264 -g 30 -keyint_min 30 -sc_threshold 0 -pix_fmt yuv420p "${@:2}" -c:a aac in.mp4
}

# Conditions for wait_for.
listed() { (($(grep -c '^#EXTINF' root/film/low/index.m3u8) >= $1)); }
whole() { (($(grep -c '^[^#]' root/film/live.m3u8) == 2)); }

# start_ladder: the writer and the publisher, until both renditions are published.
start_ladder() {
  mkdir -p root
  start publisher hls-abr-playlist --watch root
  start writer ladder
  wait_for 90 "both renditions" whole
}

# start_judge WHAT SECONDS [OPTION]...: follows that folder or address for so long.
start_judge() {
  start judge /usr/bin/python3 "$TESTS/hls-validator" "$1" --follow "$2" --report breaches "${@:3}"
}

# judged_over_a_kill SEGMENTS SECONDS: once so many are listed the writer is killed and starts again; what the judge finds in the
# end, within SECONDS, is nothing.
judged_over_a_kill() {
  wait_for 60 "$1 segments" listed "$1"
  signal writer KILL
  await writer 20
  start writer ladder
  await judge "$2"
  [[ $STATUS == 0 ]] || fail "the judge found: $(head -n 20 breaches)"
  has root/film/low/journal.m3u8 '^#EXT-X-DISCONTINUITY$'
  has judge.err 'breaches'
}
