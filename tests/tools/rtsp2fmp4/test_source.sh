# TEST: labels=threads
# test: is a camera that is always there, in every codec, in real time.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtsp2fmp4/lib/media.sh"

try() { # try SETTINGS WANTED
  exits 0 90 rtsp2fmp4 --duration 1s "test:$1"
  lawful out
  cp out out.mp4
  equal "test:$1" "$(streams out.mp4 | sort | paste -sd ' ')" "$2"
}
try "[size=320x240,rate=10,gop=1s,bitrate=300k]" "audio aac 48000 video h264 320x240"
try "size=320x240,vcodec=hevc,acodec=opus" "audio opus 48000 video hevc 320x240"
try "size=320x240,vcodec=mjpeg,acodec=pcm_alaw" "audio flac 8000 video h264 320x240"
try "size=320x240,vcodec=mpeg4,acodec=g726" "audio flac 8000 video h264 320x240"
try "size=320x240,vcodec=vp9,acodec=mp2" "audio aac 48000 video vp9 320x240"
try "size=320x240,vcodec=vp8,acodec=flac" "audio flac 48000 video h264 320x240"
try "size=320x240,acodec=none,slices=4" "video h264 320x240"
try "size=320x240,rate=5,vcodec=av1,acodec=none" "video av1 320x240"

# Real time: ten seconds by the stamps are ten by the clock.
begun=$(date +%s%N)
exits 0 60 rtsp2fmp4 --duration 4s test:size=320x240
took=$((($(date +%s%N) - begun) / 1000000))
at_least "milliseconds for 4 s" "$took" 3900
