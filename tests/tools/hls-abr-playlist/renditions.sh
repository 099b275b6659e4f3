# A stream is published with its first rendition; others join, leave when they are stale or nothing but gaps, and come back;
# when all are stale the writer's lock decides.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/hls-abr-playlist/lib/tree.sh"

media 360p 480p
publish tool
echo "pause 480p" >control-cam
start_writer writer cam
wait_for 10 "the first rendition" lists_exactly cam 360p
rm control-cam
wait_for 10 "the second rendition" lists_exactly cam "480p 360p"
ln -s "$PWD/media" root/linked

echo "pause 480p" >control-cam
wait_for 20 "the stale one to go" lists_exactly cam 360p
rm control-cam
wait_for 10 "it to come back" lists_exactly cam "480p 360p"
echo "gap 360p" >control-cam
wait_for 20 "the one of gaps to go" lists_exactly cam 480p
rm control-cam
wait_for 10 "it to come back, too" lists_exactly cam "480p 360p"

# All at once: the writer is there, and so what was listed stays.
printf 'pause %s\n' 360p 480p >control-cam
wait_for 20 "the line" says tool.err 'cam: nothing new, but its writer is there'
equal "variants of a stream that waits" "$(lists cam)" "480p 360p"
lacks tool.err 'cam: over'
rm control-cam
stop writer KILL
wait_for 20 "the end of a writer that died" says tool.err 'cam: over'
start_writer again cam
wait_for 20 "its return" says tool.err 'cam: goes on'
signal again USR1
await again
ends() { (($(grep -c 'cam: over' tool.err) == $1)); }
wait_for 10 "its end" ends 2
[[ ! -e media/live.m3u8 ]] || fail "a link was followed"
rm root/cam/live.m3u8
wait_for 10 "a live.m3u8 that somebody removed" test -e root/cam/live.m3u8
stop tool
equal "status" "$STATUS" 0
