# Behind a proxy the client is whom its header names; who comes without one is not served.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtmp-ingest/lib/ingest.sh"

film film.flv 1
cat >proxy <<'END'
#!/usr/bin/python3
import socket, sys, threading
target, header = ("127.0.0.1", int(sys.argv[1])), bytes.fromhex(sys.argv[2])
listener = socket.create_server(("127.0.0.1", 0))
print("proxy at", listener.getsockname()[1], flush=True)
client, _ = listener.accept()
server = socket.create_connection(target)
for byte in header:  # in as many pieces as there can be
    server.sendall(bytes([byte]))
def pump(a, b):
    while data := a.recv(65536):
        b.sendall(data)
    b.shutdown(socket.SHUT_WR)
threading.Thread(target=pump, args=(server, client), daemon=True).start()
pump(client, server)
END
through() { # through NAME HEADER-IN-HEX STREAM
  start "$1" /usr/bin/python3 proxy "$RTMP_PORT" "$2"
  wait_for 20 "the proxy" says "$1.out" "proxy at"
  publish "ffmpeg-$1" film.flv "rtmp://127.0.0.1:$(awk '{ print $3 }' "$1.out")/live/$3"
  await "ffmpeg-$1" 20
}
hex() { od -An -v -tx1 | tr -d ' \n'; }
v1=$(printf 'PROXY TCP4 203.0.113.9 198.51.100.1 40000 1935\r\n' | hex)
v2=0d0a0d0a000d0a515549540a2111000ccb007109c63364019c41078f

start_ingest one --proxy-protocol v1 --allow-any --exec 'echo "$LIVE_CLIENT" >client.$LIVE_NAME; cat >/dev/null'
through v1 "$v1" door
wait_for 20 "the command" test -s client.door
equal "client" "$(cat client.door)" 203.0.113.9:40000
publish bare film.flv "rtmp://127.0.0.1:$RTMP_PORT/live/bare"
await bare 20
((STATUS != 0)) || fail "served without a PROXY header"

start_ingest two --proxy-protocol v2 --allow-any --exec 'echo "$LIVE_CLIENT" >client.$LIVE_NAME; cat >/dev/null'
through v2 "$v2" yard
wait_for 20 "the command" test -s client.yard
equal "client" "$(cat client.yard)" 203.0.113.9:40001
