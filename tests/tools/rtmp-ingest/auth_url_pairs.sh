# Each start that an auth URL allowed has its end, once and with the same id: of a publisher that was lost and came back, of one
# that was refused though the URL had allowed it, of one that was replaced, of one that stopped; and none that was denied has.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtmp-ingest/lib/ingest.sh"

film film.flv 30
start auth /usr/bin/python3 "$TESTS/tools/rtmp-ingest/lib/auth_server.py"
wait_for 20 "the auth server" says auth.out '^ready'
start_ingest ingest --auth-url "http://127.0.0.1:$(awk '/^ready/ { print $2 }' auth.out)/form" --no-output
url=rtmp://127.0.0.1:$RTMP_PORT/live
starts() { (($(grep -c 'event=start' auth.out) == $1)); }
ends() { (($(grep -c 'event=end' auth.out) == $1)); }

publish lost film.flv "$url/dave?key=good-two"
wait_for 30 "media" begun_in ingest dave
stop lost KILL
wait_for 20 "the grace" says ingest.err "dave: publisher lost"
publish back film.flv "$url/dave?key=good-two"
wait_for 20 "it to go on" says ingest.err "dave: goes on"
wait_for 20 "the end of who was lost" ends 1
publish late film.flv "$url/dave?key=good-two"
await late 20
((STATUS != 0)) || fail "a second publisher was let in"
wait_for 20 "the end of who was refused" ends 2
publish wrong film.flv "$url/bad-key-here"
await wrong 20
stop back
wait_for 20 "the end of the stream" ended_in ingest dave
wait_for 20 "the end of who stopped" ends 3

publish last film.flv "$url/good-one"
wait_for 30 "media" begun_in ingest carol
stop ingest TERM 20
equal "exit status" "$STATUS" 0
starts 5 || fail "starts: $(grep -c 'event=start' auth.out)"
ids_of() { grep "event=$1" auth.out | grep -v bad-key | sed 's/.*[&]id=//' | sort; }
equal "ids of ends" "$(ids_of end)" "$(ids_of start)"
equal "ids that differ" "$(ids_of end | uniq | wc -l)" 4
