# A command behind -- runs without a shell for each stream, with its media on stdin and the contract's environment; the
# key is the operator's secret and is nowhere to be seen.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtmp-ingest/lib/ingest.sh"

film film.flv 2
echo "door s3cret-of-the-door live" >keys.txt
chmod 600 keys.txt
cat >command <<'END'
#!/bin/bash
printf '%s|' "$@" >arguments
env >"environment.$LIVE_NAME"
cat >"$LIVE_NAME-$LIVE_ID.mp4"
echo "that was all of $LIVE_NAME" >&2
END
chmod +x command
start_ingest ingest --keys keys.txt -- ./command '[a,b]' '$HOME' ''
publish ffmpeg film.flv "rtmp://127.0.0.1:$RTMP_PORT/live/s3cret-of-the-door?quality=high"
await ffmpeg 30
wait_for 20 "the command's last words" says ingest.err "door: that was all of door"
equal "arguments" "$(cat arguments)" '[a,b]|$HOME||'
equal "app" "$(grep ^LIVE_APP= environment.door)" LIVE_APP=live
equal "query" "$(grep ^LIVE_QUERY= environment.door)" LIVE_QUERY=quality=high
equal "protocol" "$(grep ^LIVE_PROTOCOL= environment.door)" LIVE_PROTOCOL=rtmp
grep -qE '^LIVE_ID=[A-Za-z0-9]{16}$' environment.door || fail "LIVE_ID: $(grep ^LIVE_ID= environment.door)"
grep -qE '^LIVE_CLIENT=127\.0\.0\.1:[0-9]+$' environment.door || fail "LIVE_CLIENT: $(grep ^LIVE_CLIENT= environment.door)"
lawful door-*.mp4
same_packets door-*.mp4 film.flv v
stop ingest TERM 20
equal "exit status" "$STATUS" 0
lacks ingest.err s3cret
lacks environment.door s3cret
