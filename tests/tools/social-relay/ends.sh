# How it ends: 69 when nobody was reached, in order at a signal, at once when it was only draining; a stream name on the command
# line is overwritten.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/social-relay/lib/relay.sh"

film film.flv 20
closed=$(free_port)
exits 69 60 bash -c "head -c 100000 film.flv | social-relay --to rtmp://127.0.0.1:$closed/live/s3cret"
has err "no destination was ever reached"
lacks err s3cret
exits 64 20 social-relay --to youtube:s3cret film.flv
has err "youtube:env:NAME"
lacks err s3cret
exits 64 20 social-relay film.flv "rtmp://127.0.0.1:$closed/live/s3cret"
has err "not expected"
lacks err s3cret
exits 64 20 social-relay --hold 10ms --to "rtmp://127.0.0.1:$closed/live/cam" film.flv
exits 66 20 social-relay --to youtube:file:nowhere.key film.flv
exits 66 20 social-relay --to "rtmp://127.0.0.1:$closed/live/cam" nowhere.flv
exits 65 60 bash -c "seq 100000 | social-relay --to rtmp://127.0.0.1:$closed/live/cam"

mkfifo in
exec 9<>in
start drain bash -c 'exec social-relay <in'
wait_for 60 "its start" says drain.err "no destination"
stop drain TERM 20
equal "exit status when it was draining" "$STATUS" 0

SERVER_PORT=0
start_server server --allow-any
start_relay relay --to "rtmp://127.0.0.1:$SERVER_PORT/live/cam" film.flv
wait_for 60 "the relay" happened relay custom#1 sending
wait_for 30 "media" test -s server.cam.1.flv
tr '\0' ' ' <"/proc/${pid_of[relay]}/cmdline" >cmdline
has cmdline "rtmp://127.0.0.1:$SERVER_PORT/live/\*\*\*"
lacks cmdline "live/cam"
stop relay TERM 20
equal "exit status" "$STATUS" 0
wait_for 20 "the end at the server" says server.err "cam: ended after .*the publisher stopped"
part_of server.cam.1.flv film.flv
happened relay custom#1 ended || fail "no event"
