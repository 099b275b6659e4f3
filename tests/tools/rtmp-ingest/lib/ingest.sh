# shellcheck shell=bash disable=SC2034
# What the tests of rtmp-ingest share; after lib.sh.

# start_ingest NAME ARGUMENT...: rtmp-ingest at a free port of this machine, which is then in RTMP_PORT.
start_ingest() {
  local name=$1
  shift
  start "$name" rtmp-ingest --listen 127.0.0.1:0 "$@"
  RTMP_PORT=$(port_in "$name" rtmp)
}

# port_in NAME SCHEME: the last port at which NAME says that it listens.
port_in() {
  wait_for 60 "$1 to listen" says "$1.err" "listening on $2://"
  grep -oE "listening on $2://[^ ]*:[0-9]+" "$1.err" | tail -n 1 | grep -oE '[0-9]+$'
}

# film FILE SECONDS [SIZE]: H.264 and AAC in FLV, 25 frames a second, a key frame each second.
film() {
  ffmpeg -nostdin -v error -f lavfi -i "testsrc=size=${3:-320x180}:rate=25" -f lavfi -i "sine=frequency=440:sample_rate=48000" \
    -t "$2" -c:v libx264 -preset ultrafast -tune zerolatency -g 25 -pix_fmt yuv420p -c:a aac -b:a 64k -f flv "$1"
}

# publish NAME FILE URL: at the pace of its stamps, as start does.
publish() {
  start "$1" ffmpeg -nostdin -v warning -re -i "$2" -c copy -f flv "$3"
}

# published NAME STREAM: a condition; the ingest NAME says so.
published() { says "$1.err" "$2: (published|goes on|taken over)"; }

# begun_in NAME STREAM: a condition; media has begun.
begun_in() { says "$1.err" "$2: H.264"; }

# ended_in NAME STREAM: a condition.
ended_in() { says "$1.err" "$2: ended after"; }

# lawful FILE: live fMP4 whose time never goes back within an epoch and whose epochs begin with a key frame.
lawful() {
  equal "times that go back in $1" "$(facts "$1" '[.epochs[].tracks[].backwards] | add')" 0
  equal "epochs of $1 that begin with a sync sample" "$(facts "$1" 'all(.epochs[]; .starts_with_sync or (.tracks.video | not))')" true
}

# same_packets FILE WANTED KIND: the packets of KIND (v, a), by their MD5, are those of WANTED in their order; of audio the
# first two may be missing, which are stamped before the first key frame.
same_packets() {
  packets() { ffmpeg -nostdin -v error -i "$1" -map "0:$2" -c copy -f framemd5 - | awk '!/^#/ { print $NF }'; }
  packets "$1" "$3" >got.md5
  packets "$2" "$3" >wanted.md5
  local missing=$(($(wc -l <wanted.md5) - $(wc -l <got.md5)))
  if [[ $3 == a ]] && ((missing > 0 && missing <= 2)); then sed -i "1,${missing}d" wanted.md5; fi
  cmp got.md5 wanted.md5 || fail "$1 has other packets ($3) than $2: $(wc -l <got.md5) and $(wc -l <wanted.md5)"
}

# same_frames SOURCE COPY LOST [KIND [OPTION]...]: COPY is a stretch of SOURCE, packet by packet by their MD5, none missing,
# none twice, but for at most LOST at the end; stamps within a millisecond, also of sound against picture.  *.tape: what a
# peer said from the first key frame on (tests/support/rtmp-tape).  What was found out stays in COPY.same.
same_frames() {
  local source=$1 copy=$2 lost=$3 kind=${4:-}
  "$TESTS/support/same-frames" "${@:5}" "$source" "$copy" ${kind:+"$kind"} >"$copy.same" ||
    fail "$copy is not a stretch of $source: $(cat "$copy.same")"
  equal "packets at the end of $copy that are lost, $(jq -s 'map(.after) | add' "$copy.same"), are few" \
    "$(jq -s "(map(.after) | add) <= $lost" "$copy.same")" true
  equal "stamps of $copy within a millisecond" "$(jq -s 'all(.stamps_ms <= 1 and .sync_ms <= 1)' "$copy.same")" true
}

# exactly TAPE COPY: COPY has all that is on TAPE from the first key frame on, and nothing else.
exactly() {
  same_frames "$1" "$2" 0
  equal "packets of $1 before $2 begins" "$(jq -s 'map(.before) | add' "$2.same")" 0
}

# start_tape NAME PORT TAPE [ANSWERS]: a proxy to PORT that writes down what is said; its port is in TAPE_PORT.
start_tape() {
  start "$1" "$TESTS/support/rtmp-tape" record "$3" "$2" "${4:-/dev/null}"
  wait_for 30 "the tape $1" says "$1.out" '^ready'
  TAPE_PORT=$(awk '/^ready/ { print $2 }' "$1.out")
}
