# Nobody there: told by its own words each, tried again, and 69 after --max-retries.
. "$TESTS/tools/lib.sh"

port=$(free_port)
exits 69 60 rtsp2fmp4 --max-retries 0 "rtsp://127.0.0.1:$port/x"
has err "connection refused"
equal "attempts" "$(grep -c 'trying again' err || true)" 0
exits 69 60 rtsp2fmp4 --max-retries 2 "rtsp://127.0.0.1:$port/x"
equal "attempts" "$(grep -c 'trying again' err)" 2
exits 69 90 rtsp2fmp4 --max-retries 0 rtsp://no-such-host.invalid/x
has err "no such host"

# Accepts and says nothing.
/usr/bin/python3 -c '
import socket, time
s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen()
print("ready", s.getsockname()[1], flush=True)
keep = [s.accept() for _ in range(9)]' >mute.out &
mute=$!
wait_for 30 "the mute server" says mute.out '^ready'
exits 69 60 rtsp2fmp4 --max-retries 0 --timeout 1s "rtsp://127.0.0.1:$(awk '{ print $2 }' mute.out)/x"
has err "no answer for 1s"
kill "$mute"

# A camera that comes up later is found, and the very first attempt failed.
start remux rtsp2fmp4 "rtsp://127.0.0.1:$port/h264"
wait_for 60 "the first failure" says remux.err "connection refused; trying again"
start_camera late --port "$port"
wait_for 90 "media" larger remux.out 20000
stop remux
equal "exit status" "$STATUS" 0
