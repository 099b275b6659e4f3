# TEST: labels=long
# A stream that the service will not like is sent all the same, and each breach is said once.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/social-relay/lib/relay.sh"

film film.mp4 14 100 # a key frame every 4 s
SERVER_PORT=0
start_server server --allow-any
cat >destinations.toml <<END
[[destination]]
name = "strict"
url = "rtmp://ingest.global-contribute.live-video.net/app/cam"
video-limit = "20k"
audio-limit = "20k"
END
start_relay relay --destinations destinations.toml --connect-to "ingest.global-contribute.live-video.net:1935:127.0.0.1:$SERVER_PORT" \
  film.mp4
await relay 60
equal "exit status" "$STATUS" 0
reason relay strict breach | sort >breaches
equal "breaches" "$(wc -l <breaches)" 3
has breaches '^a key frame every 4.0 s, Twitch wants one every 2s: add --transcode twitch$'
has breaches '^video of [0-9]+ kbit/s, Twitch wants 20 at most: add --transcode twitch$'
has breaches '^audio of [0-9]+ kbit/s, Twitch wants 20 at most'
has relay.err "strict: breach: a key frame every 4.0 s"
