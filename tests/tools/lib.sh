# shellcheck shell=bash disable=SC2034
# lib.sh: what every test script begins with:  . "$TESTS/tools/lib.sh"
#
# The script runs in a scratch folder of its own ($SCRATCH) with the programs in PATH.  Whatever it started with
# `start` is ended with it; when it fails, the ends of all their words are shown.  By hand:
#     BIN=$PWD/build/dev/bin TESTS=$PWD/tests bash tests/e2e/STORY.sh
# and KEEP=1 to find the scratch folder afterwards.
set -euo pipefail

: "${BIN:?the folder of the programs}" "${TESTS:?the folder tests of the tree}"
export PATH="$BIN:$PATH"
SCRATCH=$(mktemp -d "${TMPDIR:-/tmp}/live-test.XXXXXX")
cd "$SCRATCH"
long=${LIVE_LONG:-0}

declare -A pid_of=() # NAME -> process group of `start NAME`
STATUS=              # exit status of the last `stop` or `await`

fail() {
  echo "FAIL: $*" >&2
  exit 1
}

# skip WHY: what this test needs is not there; ctest shows it as skipped.
skip() {
  echo "SKIP: $*" >&2
  exit 77
}

# full SHORT LONG: the first every day, the second under scripts/test --long.
full() {
  if ((long)); then echo "$2"; else echo "$1"; fi
}

# start NAME COMMAND...: in the background, in a process group of its own; stdout to NAME.out, stderr to NAME.err,
# both appended to, so that a second start under the same name (a restart) loses nothing.  COMMAND may be a function:
# then it is a whole pipe.
start() {
  local name=$1
  shift
  set -m
  "$@" </dev/null >>"$name.out" 2>>"$name.err" &
  pid_of[$name]=$!
  set +m
}

# signal NAME SIGNAL: to every process of it.
signal() {
  kill "-$2" -- "-${pid_of[$1]}"
}

# running NAME: its first process has not exited.
running() {
  local state
  state=$(ps -o stat= -p "${pid_of[$1]}") && [[ $state != Z* ]]
}

gone() {
  ! running "$1"
}

# await NAME [SECONDS]: until it ends by itself; STATUS is how.
await() {
  wait_for "${2:-60}" "$1 to end" gone "$1"
  STATUS=0
  wait "${pid_of[$1]}" 2>/dev/null || STATUS=$?
  unset "pid_of[$1]"
}

# thaw NAME: go on, what of it was stopped.  Nothing else may get a SIGCONT: it takes back the SIGSTOP with which
# LeakSanitizer looks at an ending process, and both then wait for each other for ever.
thaw() {
  pgrep -g "${pid_of[$1]}" -r T >/dev/null || return 0
  signal "$1" CONT 2>/dev/null || true
}

# stop NAME [SIGNAL] [SECONDS]: end it and wait for that; STATUS is how.
stop() {
  thaw "$1"
  signal "$1" "${2:-TERM}" 2>/dev/null || true
  await "$1" "${3:-30}"
}

# wait_for SECONDS WHAT COMMAND...: until COMMAND succeeds; its stderr is lost.
wait_for() {
  local deadline=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" 2>/dev/null; do
    ((SECONDS < deadline)) || fail "waited in vain for $what"
    sleep 0.1
  done
}

# Conditions for wait_for and for assertions.
says() { grep -qE -- "$2" "$1"; }                           # says FILE REGEX
larger() { (($(stat -Lc %s "$1") > $2)); }                  # larger FILE BYTES
listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; } # listens PORT

size() { stat -Lc %s "$1"; }

equal() { # equal WHAT GOT WANTED
  [[ $2 == "$3" ]] || fail "$1: got '$2', wanted '$3'"
}

at_least() { # at_least WHAT GOT WANTED, in whole numbers
  (($2 >= $3)) || fail "$1: got $2, wanted at least $3"
}

has() { # has FILE REGEX
  says "$1" "$2" || fail "$1 does not say '$2': $(tail -n 3 "$1")"
}

lacks() { # lacks FILE REGEX
  ! says "$1" "$2" || fail "$1 says '$2': $(grep -E -m 3 -- "$2" "$1")"
}

# exits STATUS SECONDS COMMAND...: runs it (stdout to out, stderr to err) and compares its status.
exits() {
  local wanted=$1 seconds=$2 got=0
  shift 2
  timeout --kill-after=5 "$seconds" "$@" >out 2>err </dev/null || got=$?
  [[ $got == "$wanted" ]] || fail "$*: exit $got, wanted $wanted: $(tail -n 3 err)"
}

# free_port: a TCP port that was free a moment ago; where a program can bind 0, let it.
free_port() {
  /usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# start_camera NAME [OPTION]...: an RTSP camera (tests/support/rtsp-camera --help); its port is in CAMERA_PORT.  The
# same port again after a restart: --port "$CAMERA_PORT".
start_camera() {
  local name=$1
  shift
  rm -f "$name.out"
  start "$name" "$TESTS/support/rtsp-camera" "$@"
  wait_for 60 "camera $name" says "$name.out" '^ready '
  CAMERA_PORT=$(awk '/^ready/ { print $2; exit }' "$name.out")
}

# address_of NAME: the http:// address that NAME, an fmp4-httpd started with --listen 127.0.0.1:0, tells in its start
# line; without the slash at its end.
address_of() {
  wait_for 60 "the address of $1" says "$1.err" 'http://[^ /]+:[0-9]+'
  grep -oE -m 1 'http://[^ /]+:[0-9]+' "$1.err" | head -n 1
}

# streams FILE|URL: what ffprobe finds in it, a line each: "video h264 640x360", "audio aac 48000".
streams() {
  timeout --kill-after=5 60 ffprobe -v error -show_entries stream=codec_type,codec_name,width,height,sample_rate \
    -of json "$1" | jq -r '.streams[] | if .codec_type == "video"
      then "video \(.codec_name) \(.width)x\(.height)" else "audio \(.codec_name) \(.sample_rate)" end'
}

# facts FILE FILTER: what jq's FILTER makes of the facts of live fMP4 (tests/support/fmp4-facts --help).
facts() {
  "$TESTS/support/fmp4-facts" "$1" | jq -r "$2"
}

# has_frames FILE COUNT: a condition; the last epoch has that many video frames by now.
has_frames() {
  (($(facts "$1" '.epochs[-1].tracks.video.samples // 0') >= $2))
}

# trim FILE: drops a fragment that was cut by the end of a download.
trim() {
  truncate -s "$(facts "$1" .whole_bytes)" "$1"
}

# decodes FILE: every packet of it, without a complaint of the decoder's.
decodes() {
  timeout --kill-after=5 120 ffmpeg -nostdin -v error -i "$1" -vsync cfr -f null - 2>decode.err ||
    fail "ffmpeg does not read $1: $(tail -n 3 decode.err)"
  [[ ! -s decode.err ]] || fail "ffmpeg complains of $1: $(head -n 3 decode.err)"
}

# begun URL: a condition; the stream has begun.
begun() {
  curl -fsI -m 5 -o /dev/null "$1"
}

finish() {
  local status=$? name
  set +e
  for name in "${!pid_of[@]}"; do
    thaw "$name"
    signal "$name" TERM 2>/dev/null
  done
  for name in "${!pid_of[@]}"; do
    for ((i = 0; i < 50; i++)); do
      kill -0 -- "-${pid_of[$name]}" 2>/dev/null || break
      sleep 0.1
    done
    signal "$name" KILL 2>/dev/null
  done
  if ((status != 0 && status != 77)); then
    for name in *.err err; do
      [[ -s $name ]] && echo "--- $name" && tail -n 15 "$name"
    done >&2
  fi
  cd /
  if [[ ${KEEP:-0} == 1 ]]; then echo "kept $SCRATCH" >&2; else rm -rf "$SCRATCH"; fi
  exit "$status"
}
trap finish EXIT
trap 'echo "FAIL: line $LINENO: $BASH_COMMAND" >&2' ERR
trap 'exit 143' TERM
trap 'exit 130' INT
