# A full disk is 74, a folder that does not exist 73.
. "$TESTS/tools/lib.sh"

exits 74 60 bash -c 'rtsp2fmp4 test:size=320x240 >/dev/full'
has err "No space left"
exits 73 60 rtsp2fmp4 -o absent/out.mp4 test:size=320x240
has err "absent/out.mp4"
