# TEST: timeout=300
# Players that are not browsers read /live.mp4 and the pipe itself: ffprobe, GStreamer and VLC.
. "$TESTS/tools/lib.sh"

show() {
  rtsp2fmp4 test:size=640x360,rate=25 | fmp4-httpd --listen 127.0.0.1:0
}
start show show
url=$(address_of show)/live.mp4
wait_for 60 "the stream" begun "$url"
wanted=$'video h264 640x360\naudio aac 48000'

# VLC refuses root.
as_user=()
if ((EUID == 0)); then
  as_user=(setpriv --reuid=65534 --regid=65534 --clear-groups)
  chmod 777 "$SCRATCH"
fi
vlc_reads() { # vlc_reads NAME SOURCE [OPTION]...: remuxes ten seconds of it
  local name=$1
  shift
  HOME=$SCRATCH timeout --kill-after=5 60 "${as_user[@]}" vlc -I dummy --no-media-library --run-time 10 --play-and-exit "$@" \
    --sout "#standard{access=file,mux=ts,dst=$name.ts}" vlc://quit >"$name.out" 2>"$name.err" || fail "VLC: $(tail -n 3 "$name.err")"
  streams "$name.ts" >"$name.streams"
  has "$name.streams" 'video h264 640x360'
  has "$name.streams" 'audio aac'
  packets=$(ffprobe -v error -select_streams v -count_packets -show_entries stream=nb_read_packets -of json "$name.ts" |
    jq -r '.streams[0].nb_read_packets')
  at_least "frames through VLC" "$packets" 50
}
gstreamer_reads() { # gstreamer_reads PAD DECODER SOURCE [PROPERTY]...: decodes a hundred buffers of one track
  local pad=$1 decoder=$2
  shift 2
  timeout --kill-after=5 60 gst-launch-1.0 -q "$@" ! qtdemux name=media "media.$pad" ! queue ! "$decoder" ! \
    fakesink num-buffers=100 sync=false 2>gst.err || fail "GStreamer: $pad: exit $?: $(tail -n 3 gst.err)"
}

equal "ffprobe of /live.mp4" "$(streams "$url")" "$wanted"
gstreamer_reads video_0 avdec_h264 souphttpsrc location="$url"
gstreamer_reads audio_0 avdec_aac souphttpsrc location="$url"
vlc_reads vlc-http "$url"
stop show

rtsp2fmp4 test:size=640x360,rate=25 2>pipe.err | streams - >ffprobe.out
equal "ffprobe of the pipe" "$(cat ffprobe.out)" "$wanted"
rtsp2fmp4 test:size=640x360,rate=25 2>pipe.err | gstreamer_reads video_0 avdec_h264 fdsrc fd=0
rtsp2fmp4 test:size=640x360,rate=25 2>pipe.err | gstreamer_reads audio_0 avdec_aac fdsrc fd=0
# VLC's own demuxer drops what lies before a time of its own choice where it cannot seek, and the pipe's begins at 10 s.
rtsp2fmp4 --duration 30s test:size=640x360,rate=25 2>pipe.err | vlc_reads vlc-pipe fd://0 --demux avformat
