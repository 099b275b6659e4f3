# --max-players: above it a player is told so, and gets in when another has left.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtmp-ingest/lib/ingest.sh"

film film.flv 30
start_ingest ingest --max-players 1 --no-output
url=rtmp://127.0.0.1:$RTMP_PORT/live/door
publish ffmpeg film.flv "$url"
wait_for 30 "media" begun_in ingest door
play() { start "$1" timeout 60 ffmpeg -nostdin -v warning -i "$url" -c copy -flush_packets 1 -f flv "$1.flv"; }
play first
wait_for 20 "what is played" larger first.flv 10000
play second
await second 20
((STATUS != 0)) || fail "a second player was let in"
has ingest.err "refused to play: too many players"
running first || fail "the first player has ended"
stop first
play_again() {
  [[ -v pid_of[third] ]] || play third
  running third || await third # it came before the first was gone
  larger third.flv 10000
}
wait_for 30 "another player to get in" play_again
