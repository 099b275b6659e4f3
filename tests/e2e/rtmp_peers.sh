# TEST: timeout=900 processors=2
# Every publisher against every player that is not ours: what the command behind rtmp-ingest gets is every packet that the
# publisher sent from its first key frame on, and what a player gets, who comes later, every packet from a key frame on to
# the end; stamps within a millisecond.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtmp-ingest/lib/ingest.sh"

seconds=$(full 7 12)
ffmpeg -nostdin -v error -f lavfi -i testsrc2=size=640x360:rate=25 -f lavfi -i sine=frequency=440:sample_rate=48000 \
  -t "$seconds" -c:v libx264 -preset veryfast -g 50 -bf 2 -pix_fmt yuv420p -c:a aac source.flv
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost \
  -addext subjectAltName=DNS:localhost 2>openssl.err
start_ingest ingest --tls-listen 127.0.0.1:0 --tls-cert cert.pem --tls-key key.pem --play allow \
  --exec 'exec cat >"$LIVE_NAME.mp4"'
rtmps_port=$(port_in ingest rtmps)

# VLC refuses root.
as_user=()
if ((EUID == 0)); then
  as_user=(setpriv --reuid=65534 --regid=65534 --clear-groups)
  chmod 777 "$SCRATCH"
fi

# Publishers: each is given an address.
from_ffmpeg() { ffmpeg -nostdin -v warning -re -i source.flv -c copy -f flv "$1"; }
gstreamer_to() {
  gst-launch-1.0 -q filesrc location=source.flv ! flvdemux name=source flvmux name=flv streamable=true ! "$@" \
    source.video ! queue ! h264parse ! flv. source.audio ! queue ! aacparse ! flv.
}
from_rtmp2sink() { gstreamer_to rtmp2sink sync=true tls-validation-flags=0 location="$1"; }
from_librtmp() { gstreamer_to rtmpsink sync=true location="$1 live=1"; }

# Players: an address and a file.
to_ffmpeg() { timeout --kill-after=5 60 ffmpeg -nostdin -v warning -i "$1" -c copy -f flv "$2"; }
to_rtmp2src() { timeout --kill-after=5 60 gst-launch-1.0 -q rtmp2src location="$1" tls-validation-flags=0 ! filesink location="$2"; }
to_librtmp() { timeout --kill-after=5 60 rtmpdump --quiet --live -r "$1" -o "$2"; }
to_vlc() {
  HOME=$SCRATCH timeout --kill-after=5 60 "${as_user[@]}" vlc -I dummy --no-media-library --play-and-exit "$1" \
    --sout "#standard{access=file,mux=ts,dst=$2}" vlc://quit
}

# same FILE LOST [OPTION]...: it is a stretch of the source that reaches to its end, but for at most LOST packets.
same() {
  local file=$1 lost=$2
  shift 2
  "$TESTS/support/same-frames" "$@" >"$file.facts" || fail "$file: $(cat "$file.facts")"
  equal "the end of $file is there" "$(jq -s "(map(.after) | add) <= $lost" "$file.facts")" true
  equal "stamps of $file within a millisecond" "$(jq -s 'all(.stamps_ms <= 1)' "$file.facts")" true
}

# GStreamer's ends drop the message in their hands at the end of a stream.
lost_by() { case $1 in rtmp2*) echo 1 ;; *) echo 0 ;; esac; }

# meet PUBLISHER ADDRESS STREAM PLAYER...: one publisher, and players that come a second and a half later.
meet() {
  local publisher=$1 address=$2 name=$3 player
  shift 3
  start "$name" "from_$publisher" "$address"
  wait_for 30 "$name to publish" begun_in ingest "$name"
  wait_for 30 "the second key frame of $name" has_frames "$name.mp4" 60
  for player in "$@"; do
    start "$name-$player" "to_$player" "rtmp://127.0.0.1:$RTMP_PORT/live/$name" "$name-$player.flv"
  done
  await "$name" 60
  wait_for 30 "the end of $name" ended_in ingest "$name"
  wait_for 30 "the end of its command" says ingest.err "$name: its command ended"
  same "$name.mp4" "$(lost_by "$publisher")" source.flv "$name.mp4"
  equal "packets of $name before its first" "$(jq -s 'map(.before) | max <= 1' "$name.mp4.facts")" true
  for player in "$@"; do
    await "$name-$player" 60
    case $player in
      vlc) same "$name-$player.flv" 12 --decoded "$name.mp4" "$name-$player.flv" video ;; # leaves with frames unwritten
      *) same "$name-$player.flv" "$(lost_by "$player")" "$name.mp4" "$name-$player.flv" ;;
    esac
  done
}

url=rtmp://127.0.0.1:$RTMP_PORT/live
meet ffmpeg "$url/ffmpeg" ffmpeg ffmpeg rtmp2src librtmp vlc
meet rtmp2sink "$url/rtmp2sink" rtmp2sink ffmpeg rtmp2src
meet librtmp "$url/librtmp" librtmp ffmpeg vlc
meet ffmpeg "rtmps://localhost:$rtmps_port/live/ffmpeg-tls" ffmpeg-tls ffmpeg
if ((long)); then
  meet rtmp2sink "rtmps://localhost:$rtmps_port/live/rtmp2sink-tls" rtmp2sink-tls ffmpeg rtmp2src librtmp vlc
  meet rtmp2sink "$url/rtmp2sink-2" rtmp2sink-2 librtmp vlc
  meet librtmp "$url/librtmp-2" librtmp-2 rtmp2src librtmp
  meet ffmpeg "rtmps://localhost:$rtmps_port/live/ffmpeg-tls-2" ffmpeg-tls-2 rtmp2src librtmp vlc
fi
stop ingest TERM 20
equal "exit status" "$STATUS" 0
