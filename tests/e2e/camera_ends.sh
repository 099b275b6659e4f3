# TEST: timeout=200
# A camera whose session ends every few seconds and whose stamps begin anew each time: one time line all the same.
. "$TESTS/tools/lib.sh"

ffmpeg -nostdin -v error -f lavfi -i testsrc2=s=320x180:r=25:d=4 -f lavfi -i sine=r=48000:d=4 \
  -c:v libx264 -preset ultrafast -bf 0 -c:a aac short.mp4
start_camera camera --file "$SCRATCH/short.mp4"
start media rtsp2fmp4 "rtsp://127.0.0.1:$CAMERA_PORT/file"
wait_for 150 "the third session" has_frames media.out 230
stop media
equal "exit status" "$STATUS" 0
equal "init segments" "$(facts media.out '.epochs | length')" 1
equal "whole" "$(facts media.out '.epochs[0].whole')" true
equal "steps backwards" "$(facts media.out '[.epochs[].tracks[].backwards] | add')" 0
decodes media.out
