# What cannot work ends at once with one clear line and a status that says whose fault it is.
. "$TESTS/tools/lib.sh"

one_line() { equal "lines on stderr" "$(wc -l <err)" 1; }

exits 66 30 rtsp2fmp4 absent.mp4
has err "absent.mp4: No such file or directory"
one_line
exits 65 30 rtsp2fmp4 "$TESTS"
has err "directory"
one_line
seq 1 3000 >letter.txt # libavformat would play it as the screen of a terminal
exits 65 30 rtsp2fmp4 letter.txt
has err "letter.txt: .*not media"
one_line
: >empty.mp4
exits 65 30 rtsp2fmp4 empty.mp4
one_line
exits 64 30 rtsp2fmp4 --fragment soon letter.txt
exits 64 30 rtsp2fmp4 test:size=7
has err "size=7"
exits 64 30 rtsp2fmp4 env:NO_SUCH_VARIABLE_HERE
equal "bytes of media" "$(size out)" 0
