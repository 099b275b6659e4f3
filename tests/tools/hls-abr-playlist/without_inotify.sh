# TEST: timeout=120
# Where the kernel gives no watches (their number has an end), streams are found, followed and ended by looking again.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/hls-abr-playlist/lib/tree.sh"

no_watches='echo 0 >/proc/sys/user/max_inotify_watches' # of this user namespace
unshare -Ur bash -c "$no_watches" 2>/dev/null || skip "may not make a user namespace"
media 360p 480p
mkdir root
start tool unshare -Ur bash -c "$no_watches && exec hls-abr-playlist --watch root --log-level debug --cleanup 1s"
echo "pause 480p" >control-cam
start_writer writer cam
wait_for 30 "the first rendition" lists_exactly cam 360p
rm control-cam
wait_for 30 "the second rendition" lists_exactly cam "480p 360p"
signal writer USR1
await writer
wait_for 30 "the end" says tool.err 'cam: over'
wait_for 30 "the folder to go" test ! -e root/cam
stop tool
equal "status" "$STATUS" 0
