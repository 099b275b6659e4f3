# TEST: labels=threads
# SIGTERM ends with 0 and whole fragments, whatever the program waits for: media, a camera, a writer of its FIFO, or a
# reader that does not read.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtsp2fmp4/lib/media.sh"

start media rtsp2fmp4 test:size=320x240
wait_for 60 "media" larger media.out 20000
stop media TERM 10
equal "exit status" "$STATUS" 0
lawful media.out

start waiting rtsp2fmp4 "rtsp://127.0.0.1:$(free_port)/x"
wait_for 60 "the first failure" says waiting.err "trying again"
stop waiting INT 10
equal "exit status while waiting" "$STATUS" 0

mkfifo camera.fifo out.fifo
start writer rtsp2fmp4 camera.fifo
has_open() { find "/proc/${pid_of[$1]}/fd" -lname "*$2" | grep -q .; }
wait_for 60 "the FIFO to be opened" has_open writer camera.fifo
stop writer TERM 10
equal "exit status without a writer" "$STATUS" 0

stuck() { exec rtsp2fmp4 test:size=640x360,bitrate=8M >out.fifo; }
start stuck stuck
exec 7<out.fifo # opened, never read
wait_for 60 "the epoch" says stuck.err "epoch 1"
# full_pipe: a condition; the pipe, which holds 64 kB, has no page left.
full_pipe() {
  /usr/bin/python3 -c 'import fcntl, struct, sys, termios
(held,) = struct.unpack("i", fcntl.ioctl(7, termios.FIONREAD, bytes(4)))
sys.exit(held < 60 * 1024)'
}
wait_for 60 "the pipe to be full" full_pipe
stop stuck TERM 20
equal "exit status with a stuck reader" "$STATUS" 0
