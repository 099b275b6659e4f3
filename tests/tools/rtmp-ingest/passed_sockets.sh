# systemd passes sockets that listen already: RTMP first, then RTMPS.  Whoever knocks while the program is not there waits for
# it, nobody is refused while it restarts.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtmp-ingest/lib/ingest.sh"

film film.flv 3
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost 2>openssl.err
# As sd_listen_fds(3) says, from descriptor 3 on.  Each line of stdin starts the program once.
cat >supervisor.py <<'END'
import os, socket, sys
sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
print("ready", *(one.getsockname()[1] for one in sockets), flush=True)
while sys.stdin.readline():
    child = os.fork()
    if child == 0:
        for number, one in enumerate(sockets):
            os.dup2(one.fileno(), 100 + number)
        for number in range(2):
            os.dup2(100 + number, 3 + number)
        os.closerange(5, 200)
        os.environ.update(LISTEN_FDS="2", LISTEN_PID=str(os.getpid()))
        os.execvp(sys.argv[1], sys.argv[1:])
    print("started", child, flush=True)
    print("ended", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
END
mkfifo starts
supervise() {
  exec /usr/bin/python3 supervisor.py rtmp-ingest --listen 127.0.0.1:1 --tls-listen 127.0.0.1:2 --tls-cert cert.pem \
    --tls-key key.pem --exec 'cat >"$LIVE_NAME.mp4"; env | grep -c "^LISTEN_" >"$LIVE_NAME.told" || true' <starts
}
start ingest supervise
exec 9>starts
wait_for 30 "sockets" says ingest.out ready
read -r _ rtmp_port rtmps_port <ingest.out

publish early film.flv "rtmp://127.0.0.1:$rtmp_port/live/early"
publish early-tls film.flv "rtmps://127.0.0.1:$rtmps_port/live/early-tls"
echo >&9
for name in early early-tls; do
  await "$name" 60
  equal "status of $name" "$STATUS" 0
  wait_for 30 "the end of the command of $name" says ingest.err "$name: its command ended .*exit 0"
  same_packets "$name.mp4" film.flv v
  equal "what a command is told of our sockets" "$(cat "$name.told")" 0
done
has ingest.err "listening on rtmp://127.0.0.1:$rtmp_port"
has ingest.err "listening on rtmps://127.0.0.1:$rtmps_port"

kill -TERM "$(awk '/^started/ { print $2 }' ingest.out)"
wait_for 30 "its end" says ingest.out "ended 0"
publish late film.flv "rtmp://127.0.0.1:$rtmp_port/live/late"
echo >&9
await late 60
equal "status of who came while it was away" "$STATUS" 0
wait_for 30 "the end of the command" says ingest.err "late: its command ended .*exit 0"
same_packets late.mp4 film.flv v
