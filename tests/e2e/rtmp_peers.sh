# TEST: timeout=900 processors=2
# Every publisher against every player that is not ours.  What each peer says and hears goes through a tape, which is the judge:
# the command behind rtmp-ingest gets every packet that the publisher sent from its first key frame on, and a player, who
# comes later, is sent every packet from a key frame on to the end; none is missing, none comes twice, stamps are within a
# millisecond.  No tolerance there.  What the peers make of it is judged beside it, and some lose the end of a stream by
# themselves (lost_by), whatever server they meet: the tapes prove that it was not we.
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
    --sout "#standard{access=file,mux=avformat{mux=flv},dst=$2}" vlc://quit
}

# lost_by PEER: how many packets of the end it loses by itself.  GStreamer's ends drop the message in their hands at the end
# of a stream.
lost_by() { case $1 in rtmp2*) echo 1 ;; *) echo 0 ;; esac; }

# VLC writes pictures in another form (hence --decoded, which leaves out a copy's last two), leaves with a quarter of a second
# of sound unwritten, and puts sound and picture some milliseconds apart.
vlc_same() {
  same_frames "$1" "$2" 2 video --decoded
  same_frames "$1" "$2" 14 audio --decoded
}

# meet PUBLISHER PORT STREAM PLAYER...: one publisher, and players that come a second and a half later.  PORT tls: RTMPS, where
# the tape would be of no use.
meet() {
  local publisher=$1 port=$2 name=$3 player address
  shift 3
  if [[ $port == tls ]]; then
    address=rtmps://localhost:$rtmps_port/live/$name
  else
    start_tape "tape-$name" "$port" "$name.tape"
    address=rtmp://127.0.0.1:$TAPE_PORT/live/$name
  fi
  start "$name" "from_$publisher" "$address"
  wait_for 30 "$name to publish" begun_in ingest "$name"
  wait_for 30 "the second key frame of $name" has_frames "$name.mp4" 60
  for player in "$@"; do
    start_tape "tape-$name-$player" "$RTMP_PORT" /dev/null "$name-$player.tape"
    start "$name-$player" "to_$player" "rtmp://127.0.0.1:$TAPE_PORT/live/$name" "$name-$player.flv"
  done
  await "$name" 60
  wait_for 30 "the end of $name" ended_in ingest "$name"
  wait_for 30 "the end of its command" says ingest.err "$name: its command ended"
  if [[ $port != tls ]]; then
    await "tape-$name" 30
    exactly "$name.tape" "$name.mp4"
  fi
  same_frames source.flv "$name.mp4" "$(lost_by "$publisher")"
  equal "packets of $name before its first" "$(jq -s 'map(.before) | max <= 1' "$name.mp4.same")" true
  for player in "$@"; do
    await "$name-$player" 60
    await "tape-$name-$player" 30
    same_frames "$name.mp4" "$name-$player.tape" 0
    case $player in
      vlc) vlc_same "$name.mp4" "$name-$player.flv" ;;
      *) same_frames "$name.mp4" "$name-$player.flv" "$(lost_by "$player")" ;;
    esac
  done
}

meet ffmpeg "$RTMP_PORT" ffmpeg ffmpeg rtmp2src librtmp vlc
meet rtmp2sink "$RTMP_PORT" rtmp2sink ffmpeg
meet librtmp "$RTMP_PORT" librtmp ffmpeg
meet ffmpeg tls ffmpeg-tls ffmpeg
meet rtmp2sink tls rtmp2sink-tls ffmpeg
if ((long)); then
  meet rtmp2sink tls rtmp2sink-tls-2 rtmp2src librtmp vlc
  meet rtmp2sink "$RTMP_PORT" rtmp2sink-2 rtmp2src librtmp vlc
  meet librtmp "$RTMP_PORT" librtmp-2 rtmp2src librtmp vlc
  meet ffmpeg tls ffmpeg-tls-2 rtmp2src librtmp vlc
fi
stop ingest TERM 20
equal "exit status" "$STATUS" 0
