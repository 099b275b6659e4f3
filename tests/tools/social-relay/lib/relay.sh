# shellcheck shell=bash disable=SC2034
# What the tests of social-relay share; after lib.sh.

# film FILE SECONDS [GOP] [SIZE]: H.264 and AAC, 25 frames a second, a key frame every GOP of them (25).
film() {
  ffmpeg -nostdin -v error -y -f lavfi -i "testsrc=size=${4:-320x180}:rate=25" -f lavfi -i "sine=frequency=440:sample_rate=48000" \
    -t "$2" -c:v libx264 -preset ultrafast -g "${3:-25}" -bf 2 -sc_threshold 0 -pix_fmt yuv420p -c:a aac -b:a 64k "$1"
}

# start_server NAME ARGUMENT...: rtmp-ingest that writes what comes as cam to NAME.cam.1.flv, then NAME.cam.2.flv and so on; at
# SERVER_PORT if that is not 0, where it then is.
start_server() {
  local name=$1
  shift
  start "$name" rtmp-ingest --listen "127.0.0.1:${SERVER_PORT:-0}" --grace 0 --format flv "$@" -- \
    bash -c 'n=1; while ! (set -C; : >"$0.$LIVE_NAME.$n.flv") 2>/dev/null; do ((n++)); done; exec cat >"$0.$LIVE_NAME.$n.flv"' "$name"
  wait_for 60 "$name to listen" says "$name.err" "listening on rtmp://"
  SERVER_PORT=$(grep -oE "listening on rtmp://[^ ]*:[0-9]+" "$name.err" | tail -n 1 | grep -oE '[0-9]+$')
}

# start_proxy NAME ARGUMENT...: tests/support/tcp-proxy; its port is then in PROXY_PORT.
start_proxy() {
  local name=$1
  shift
  start "$name" "$TESTS/support/tcp-proxy" "$@"
  wait_for 60 "proxy $name" says "$name.out" '^ready '
  PROXY_PORT=$(awk '/^ready/ { print $2; exit }' "$name.out")
}

# start_relay NAME ARGUMENT...: social-relay with its events in NAME.events.
start_relay() {
  local name=$1
  shift
  start "$name" social-relay --events "$name.events" "$@"
}

# happened NAME DESTINATION EVENT [COUNT]: a condition; that event has come, that often.
happened() {
  (($(jq -r --arg d "$2" --arg e "$3" 'select(.destination == $d and .event == $e) | .event' "$1.events" | wc -l) >= ${4:-1}))
}

# reason NAME DESTINATION EVENT: why, of each.
reason() {
  jq -r --arg d "$2" --arg e "$3" 'select(.destination == $d and .event == $e) | .reason' "$1.events"
}

packets() { # packets FILE v|a: MD5 of each, in their order
  ffmpeg -nostdin -v error -i "$1" -map "0:$2" -c copy -f framemd5 - | awk -F ', *' '!/^#/ { print $6 }'
}

# part_of FILE WHOLE v|a: the packets of FILE are a run of those of WHOLE, without a gap.  Prints how many they are and how
# many of WHOLE come behind them.
part_of() {
  packets "$1" "$3" >part.md5
  packets "$2" "$3" >whole.md5
  /usr/bin/python3 - part.md5 whole.md5 <<'END' || fail "$1 is no run of the packets ($3) of $2: $(wc -l <part.md5) of $(wc -l <whole.md5)"
import sys
part, whole = (open(name).read().split() for name in sys.argv[1:])
for start in range(len(whole) - len(part) + 1):
    if part and whole[start:start + len(part)] == part:
        print(len(part), len(whole) - start - len(part))
        sys.exit(0)
sys.exit(1)
END
}

# ends_with FILE WHOLE COUNT: from a key frame of WHOLE on all pictures and sounds to the end have arrived, at least COUNT pictures.
ends_with() {
  local got
  got=$(part_of "$1" "$2" v)
  equal "pictures that are missing at the end of $1" "${got#* }" 0
  at_least "pictures in $1" "${got% *}" "$3"
  got=$(part_of "$1" "$2" a)
  equal "sounds that are missing at the end of $1" "${got#* }" 0
}

# lawful FILE: stamps begin at 0 with a key frame and never go back; sound and pictures begin together.
lawful() {
  "$TESTS/support/flv-facts" "$1" >facts.json
  jq -e '.tracks | all(.backwards == 0)' facts.json >/dev/null || fail "stamps of $1 go back"
  jq -e '.tracks[] | select(.kind == "video") | .starts_with_key and .first_ms == 0' facts.json >/dev/null ||
    fail "$1 does not begin with a key frame at 0"
  jq -e '.tracks[] | select(.kind == "audio") | .first_ms <= 60' facts.json >/dev/null || fail "sound of $1 begins late"
}
