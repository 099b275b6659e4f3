# shellcheck shell=bash
# tree.sh: what the tests of hls-abr-playlist share: media, writers, the program itself, a Redis.

# media NAME... [ts]: folders of a few short segments of 1 s below media/, as a writer's renditions: 360p 480p 720p sound.
media() {
  local name type=fmp4 end=m4s
  if [[ ${*: -1} == ts ]]; then type=mpegts end=ts; fi
  for name in "$@"; do
    [[ $name == ts ]] && continue
    mkdir -p "media/$name"
    local video=(-f lavfi -i "testsrc=size=$(size_of "$name"):rate=25")
    local encode=(-map 0 -c:v libx264 -preset ultrafast -profile:v main -g 25 -sc_threshold 0 -pix_fmt yuv420p)
    if [[ $name == sound ]]; then video=() encode=(); fi
    ffmpeg -nostdin -v error "${video[@]}" -f lavfi -i "sine=sample_rate=48000" "${encode[@]}" -map $((${#video[@]} > 0)) \
      -c:a aac -b:a 64k -t 4 -f hls -hls_time 1 -hls_list_size 0 -hls_segment_type "$type" \
      -hls_fmp4_init_filename init.mp4 -hls_segment_filename "media/$name/%d.$end" "media/$name/index.m3u8"
  done
}

size_of() {
  case $1 in
    480p) echo 854x480 ;;
    720p) echo 1280x720 ;;
    *) echo 640x360 ;;
  esac
}

# start_writer NAME STREAM [OPTION]...: starts a writer of root/STREAM; control-STREAM controls it.
start_writer() {
  local name=$1 stream=$2
  shift 2
  start "$name" "$TESTS/support/hls-writer" --media media --control "control-$stream" "$@" "root/$stream"
  wait_for 10 "the writer" says "$name.out" writing
}

# publish NAME [OPTION]...: starts hls-abr-playlist --watch root.
publish() {
  local name=$1
  shift
  mkdir -p root
  start "$name" hls-abr-playlist --watch root --log-level debug "$@"
}

# lists STREAM: the renditions of its live.m3u8 in their order, on one line.
lists() {
  grep -v '^#' "root/$1/live.m3u8" | sed 's,/index.m3u8,,' | tr '\n' ' ' | sed 's/ $//'
}
lists_exactly() { [[ $(lists "$1") == "$2" ]]; }

# variant STREAM RENDITION ATTRIBUTE: of its live.m3u8, without quotes.
variant() {
  grep -B 1 "^$2/index.m3u8" "root/$1/live.m3u8" | grep -oE "[:,]$3=(\"[^\"]*\"|[^,]*)" | sed -E 's/^[^=]*=//; s/"//g'
}

# start_redis NAME [OPTION]...: a redis-server on $REDIS_PORT, which is chosen where it is empty, and on the socket $PWD/NAME.sock.
start_redis() {
  local name=$1
  shift
  REDIS_PORT=${REDIS_PORT:-$(free_port)}
  start "$name" redis-server --port "$REDIS_PORT" --bind 127.0.0.1 --unixsocket "$PWD/$name.sock" --save '' --appendonly no \
    --dir "$PWD" "$@"
  wait_for 20 "redis" redis ping
}
redis() { redis-cli -p "$REDIS_PORT" "$@"; }
holds() { [[ $(redis get "stream:$1") == "$2" ]]; } # holds STREAM ADDRESS ("" for nobody)
