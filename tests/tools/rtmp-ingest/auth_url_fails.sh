# An auth URL that is silent, gone or has a certificate that nobody knows refuses: after 3 s at most, and without holding
# up who is known to the key file.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtmp-ingest/lib/ingest.sh"

film film.flv 1
film long.flv 12
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost \
  -addext subjectAltName=IP:127.0.0.1 2>/dev/null
start auth /usr/bin/python3 "$TESTS/tools/rtmp-ingest/lib/auth_server.py"
start tls /usr/bin/python3 "$TESTS/tools/rtmp-ingest/lib/auth_server.py" --tls cert.pem key.pem
wait_for 20 "the auth server" says auth.out '^ready'
wait_for 20 "the auth server" says tls.out '^ready'
echo "door key-of-the-door" >keys.txt
chmod 600 keys.txt

refused() { # refused URL WHY
  start_ingest "$3" --keys keys.txt --auth-url "$1" --exec 'cat >"$LIVE_NAME.mp4"'
  publish known long.flv "rtmp://127.0.0.1:$RTMP_PORT/live/key-of-the-door"
  wait_for 30 "media" begun_in "$3" door
  local began=$SECONDS
  publish unknown film.flv "rtmp://127.0.0.1:$RTMP_PORT/live/good-one"
  await unknown 20
  ((STATUS != 0)) || fail "it was let in"
  at_least "seconds left for the refusal" $((began + 8 - SECONDS)) 0
  has unknown.err "try again later"
  rm unknown.err
  has "$3.err" "auth URL: $2"
  running known || fail "the publisher of the key file was lost"
  stop known
  stop "$3"
  equal "status" "$STATUS" 0
}

refused "http://127.0.0.1:$(awk '/^ready/ { print $2 }' auth.out)/silent" "no answer within 3s" silent
refused "https://127.0.0.1:$(awk '/^ready/ { print $2 }' tls.out)/form" ".*certificate" untrusted
lacks tls.out good-one
refused "http://127.0.0.1:$(free_port)/?token=secret" "couldn't connect to server: Connection refused" gone
lacks gone.err secret
