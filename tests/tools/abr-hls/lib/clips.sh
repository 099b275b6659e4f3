# shellcheck shell=bash
# Small inputs, and a ladder that costs next to nothing.

# clip FILE SECONDS SOURCE [OPTION]...: a test picture (SOURCE: settings of testsrc2) and a tone, H.264 and AAC; further options are
# ffmpeg's, before FILE.
clip() {
  local file=$1 seconds=$2 source=$3
  shift 3
  timeout --kill-after=5 120 ffmpeg -nostdin -v error -y -f lavfi -i "testsrc2=$source" -f lavfi -i "sine=440:r=48000" -t "$seconds" \
    -c:v libx264 -preset ultrafast -g 50 -pix_fmt yuv420p -c:a aac -ac 2 -b:a 64k "$@" "$file" </dev/null ||
    fail "ffmpeg made no $file"
}

small=(--preset ultrafast --profile baseline --rendition large=320x180@300k/64k --rendition small=160x90@100k/48k)

# ladder DIR INPUT [OPTION]...: runs abr-hls to the end of the input.
ladder() {
  local folder=$1 input=$2
  shift 2
  timeout --kill-after=5 120 abr-hls --log-level warn "$@" -o "$folder" "$input" 2>>abr-hls.err </dev/null ||
    fail "abr-hls $* $input: exit $?: $(tail -n 3 abr-hls.err)"
}

# facts_of DIR [OPTION]...: what ladder-facts tells, in DIR.json.
facts_of() {
  "$TESTS/support/ladder-facts" "$@" >"$1.json" || fail "$1 is no right ladder"
}

# of DIR FILTER: what jq makes of DIR.json.
of() {
  jq -r "$2" "$1.json"
}

# media_of DIR RENDITION: its init segment and segments, as one file.
media_of() {
  cat "$1/$2"/init-*.mp4
  find "$1/$2" -name '*.m4s' ! -name '*.*.m4s' -print0 | sort -z | xargs -0 cat
}
