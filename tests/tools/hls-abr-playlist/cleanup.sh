# TEST: timeout=600
# When a folder goes: its time after the end, counted by the files so that our own restarts do not matter; never while a writer
# is back, whenever it came back; never what was recorded.  A clean-up of 12 s stands for one of 2 minutes every day.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/hls-abr-playlist/lib/tree.sh"

media 360p
after=$(full 12 120)
publish tool --cleanup "${after}s"
start_writer writer cam
start_writer recorder tape --record
wait_for 20 "both" eval 'lists_exactly cam 360p && lists_exactly tape 360p'

# Stop, and a restart when 11/12 of the time are over: it stays.
signal writer USR1
await writer
ended=$SECONDS
signal recorder USR1
await recorder
wait_for 5 "the end" says tool.err 'cam: over'
wait_for $((after + 20)) "11/12 of the time" eval '((SECONDS - ended >= after * 11 / 12))'
start_writer writer cam
wait_for 5 "it to go on" says tool.err 'cam: goes on'
wait_for $((after + 20)) "all of the time" eval '((SECONDS - ended > after + 2))'
[[ -e root/cam/live.m3u8 ]] || fail "it was removed under its writer, $((SECONDS - ended)) s after the end"

# Stop again, this time by a crash; the program is killed and comes back in between.
stop writer KILL
stopped=$SECONDS
overs() { (($(grep -c 'cam: over' tool.err) == $1)); }
wait_for 20 "the second end" overs 2
stop tool KILL
publish tool --cleanup "${after}s"
wait_for $((after + 20)) "the folder to go" test ! -e root/cam
took=$((SECONDS - stopped))
((took >= after && took <= after + 8)) || fail "it took $took s, wanted $after and 3 target durations"
[[ -e root/tape/live.m3u8 ]] || fail "the recording is gone"
wait_for 10 "all of it to go" says tool.err 'cam: removed'
wait_for 15 "why it stays" says tool.err 'tape: its folder stays: it was recorded'
equal "left in the root" "$(ls -A root)" tape

# A new stream under the old name.
start_writer writer cam
wait_for 10 "it" lists_exactly cam 360p
