# AV1, VP9, H.265, Opus and FLAC by Enhanced RTMP to a server that takes them: every packet from a key frame on. A service gets the
# sound that it takes, and pictures of another codec not at all.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/social-relay/lib/relay.sh"

clip() { # clip FILE CODECS...
  local file=$1
  shift
  ffmpeg -nostdin -v error -y -f lavfi -i testsrc2=size=192x108:rate=25 -f lavfi -i anoisesrc=color=pink:sample_rate=48000 -t 3 \
    -pix_fmt yuv420p -g 25 "$@" "$file" 2>clip.err || fail "$file: $(tail -n 1 clip.err)"
}
SVT_LOG=1 clip av1.mp4 -c:v libsvtav1 -preset 12 -c:a libopus
clip vp9.webm -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -c:a libopus
clip hevc.mkv -c:v libx265 -preset ultrafast -x265-params log-level=none -c:a flac
start server rtmp-ingest --listen 127.0.0.1:0 --grace 0 --allow-any -- bash -c 'exec cat >"$LIVE_NAME.mp4"'
wait_for 60 "the server" says server.err 'listening on rtmp://'
port=$(grep -oE 'listening on rtmp://[^ ]*:[0-9]+' server.err | grep -oE '[0-9]+$')
destination() { # destination NAME [LINE]
  printf '[[destination]]\nname = "%s"\nurl = "rtmp://127.0.0.1:%s/live/%s"\n%s\n' "$1" "$port" "$1" "${2:-}"
}

{
  destination av1-opus 'codecs = "av1 opus"'
  destination av1-youtube 'service = "youtube"'
  destination av1-twitch 'service = "twitch"'
  destination av1-plain 'codecs = "h264 aac"'
} >av1.toml
destination vp9-opus 'codecs = "vp9 opus"' >vp9.toml
destination hevc-flac >hevc.toml
for file in av1.mp4 vp9.webm hevc.mkv; do start_relay "${file%.*}" --destinations "${file%.*}.toml" "$file"; done
for name in av1 vp9 hevc; do
  await $name 60
  equal "exit status of $name" "$STATUS" 0
done

arrived() { # arrived NAME WHOLE: all of it
  wait_for 20 "the end of $1" says server.err "$1: ended after .*the publisher stopped"
  ends_with "$1.mp4" "$2" 50
}
arrived av1-opus av1.mp4
arrived vp9-opus vp9.webm
arrived hevc-flac hevc.mkv
tracks() { streams "$1" | sort | tr '\n' ' '; }
equal "tracks" "$(tracks av1-opus.mp4)" "audio opus 48000 video av1 192x108 "
equal "tracks" "$(tracks vp9-opus.mp4)" "audio opus 48000 video vp9 192x108 "
equal "tracks" "$(tracks hevc-flac.mp4)" "audio flac 48000 video hevc 192x108 "
wait_for 20 "the end at YouTube" says server.err "av1-youtube: ended after"
equal "tracks" "$(tracks av1-youtube.mp4)" "audio aac 48000 video av1 192x108 "
for name in opus youtube; do packets av1-$name.mp4 v >$name.md5; done
cmp opus.md5 youtube.md5 || fail "the pictures are not the same"
equal "why not" "$(reason av1 av1-twitch refused)" "Twitch does not take AV1 video: add --transcode twitch"
equal "why not" "$(reason av1 av1-plain refused)" "127.0.0.1 does not take AV1 video"
[[ ! -e av1-twitch.mp4 && ! -e av1-plain.mp4 ]] || fail "it got something"
