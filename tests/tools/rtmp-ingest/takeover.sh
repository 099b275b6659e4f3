# A second publisher of a live stream is refused while the first one sends; one that has been silent for 3 s is replaced.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtmp-ingest/lib/ingest.sh"

film film.flv 30
start_ingest ingest --exec 'echo run >>runs; exec cat >/dev/null'
url=rtmp://127.0.0.1:$RTMP_PORT/live/door
publish first film.flv "$url"
wait_for 30 "media" begun_in ingest door

publish second film.flv "$url"
await second 20
((STATUS != 0)) || fail "a second publisher was let in"
has ingest.err "refused to publish: this stream is being published already"
running first || fail "the first publisher has ended"

signal first STOP
# taken_over: a condition; until it holds, a third publisher tries, and tries again when it was refused.
taken_over() {
  says ingest.err "door: taken over by" && return
  if [[ -v pid_of[third] ]]; then
    running third || await third
  else
    publish third film.flv "$url"
  fi
  return 1
}
wait_for 30 "the takeover" taken_over
equal "commands that ran" "$(wc -l <runs)" 1
stop third
stop ingest TERM 20

start_ingest always --takeover always --no-output
publish fourth film.flv "rtmp://127.0.0.1:$RTMP_PORT/live/door"
wait_for 30 "media" begun_in always door
publish fifth film.flv "rtmp://127.0.0.1:$RTMP_PORT/live/door"
await fourth 20
has always.err "door: taken over by"
