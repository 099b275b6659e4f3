# One writer per folder: a second one waits 5 s for the lock, and ends with 75.
. "$TESTS/tools/abr-hls/lib/tree.sh"

make_clip 5
start writer paced
wait_for 60 "segments" lists source 1
exits 75 30 abr-hls "${tree[@]}" clip.mp4
has err "another program writes"
check "the first writer's"
# The lock goes with its holder, however that ends: the second gets it within those 5 s.
start second once
# asks: the second has the lock's file open.
asks() { find $(pgrep -g "${pid_of[second]}" | sed 's,.*,/proc/&/fd,') -lname "$stream/.lock" 2>/dev/null | grep -q .; }
wait_for 20 "the second at the lock" asks
signal writer KILL
await writer
await second
equal "status" "$STATUS" 0
check "the second writer's"
