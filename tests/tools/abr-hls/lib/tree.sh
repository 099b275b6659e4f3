# shellcheck shell=bash
# tree.sh: for the tests of what abr-hls writes:  . "$TESTS/tools/abr-hls/lib/tree.sh"
#
# A clip is copied (--rendition source) and encoded once, tiny, so that there are two renditions that cost nearly nothing.
# Segments of 1 s and a list of 6 make a minute's life pass in seconds.
. "$TESTS/tools/lib.sh"

stream=$SCRATCH/tree/stream

# make_clip SECONDS: clip.mp4, a key frame each second.
make_clip() {
  ffmpeg -nostdin -v error -f lavfi -i testsrc2=size=320x180:rate=25 -f lavfi -i sine=frequency=440:sample_rate=48000 \
    -t "$1" -c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 25 -keyint_min 25 -sc_threshold 0 -c:a aac -b:a 64k clip.mp4
}

# What all writers here are told.
tree=(-o "$stream" --rendition source --rendition 90p=160x90@150k/48k --segment 1s --part 200ms --key-interval 1s --window 6
  --overload wait)

# paced OPTION...: the clip again and again, at its own pace, into abr-hls.  For `start`: it replaces the shell.
paced() {
  exec abr-hls "${tree[@]}" "$@" < <(exec ffmpeg -nostdin -v error -re -stream_loop -1 -i clip.mp4 -c copy -f flv -)
}

# once OPTION...: the clip from beginning to end, as fast as it goes.
once() {
  abr-hls "${tree[@]}" "$@" clip.mp4
}

# listed RENDITION: how many segments the list has; 0 without one.
listed() {
  grep -c '^#EXTINF' "$stream/$1/index.m3u8" 2>/dev/null || true
}

# last RENDITION: media sequence number of the last segment listed.
last() {
  awk -F: '/^#EXT-X-MEDIA-SEQUENCE/ { n = $2 } /^#EXTINF/ { i++ } END { printf "%.0f\n", n + i - 1 }' "$stream/$1/index.m3u8"
}

# Conditions for wait_for.
lists() { (($(listed "$1") >= $2)); }     # lists RENDITION COUNT
is_behind() { (($(last "$1") >= $2)); } # is_behind RENDITION SEQUENCE

# check: all that is listed is there, and nothing has changed its number (see check-tree).
check() {
  "$TESTS/tools/abr-hls/lib/check-tree" "$stream" memory.json >wrong || fail "$1: $(cat wrong)"
}

# begins_after ID: a condition; another broadcast has segments.
begins_after() {
  [[ $(broadcast) != "$1" ]] && lists source 2 && ! says "$stream/source/index.m3u8" ENDLIST
}

# broadcast: the id in .stream.json.
broadcast() {
  jq -r .id "$stream/.stream.json"
}
