# The reader of stdout goes: the program ends with 0 and without a word of complaint, also while nothing is written.
. "$TESTS/tools/lib.sh"

reader() { rtsp2fmp4 test:size=320x240 | head -c 20000 >head.out; echo "${PIPESTATUS[0]}" >status; }
start pipe reader
await pipe 60
equal "exit status" "$(cat status)" 0
lacks pipe.err "rtsp2fmp4: write|Broken"

silent() { rtsp2fmp4 "rtsp://127.0.0.1:$(free_port)/x" | true; echo "${PIPESTATUS[0]}" >status2; }
start silent silent
await silent 60
equal "exit status without media" "$(cat status2)" 0

# Started without any standard descriptor: nothing else may take their numbers.
closed() { rtsp2fmp4 test: <&- >&- 2>&-; }
start closed closed
await closed 60
equal "exit status without standard output" "$STATUS" 0
