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
