# TEST: timeout=240 processors=2 labels=long
# nginx with scripts/nginx/hls.conf serves a live tree as plain HLS: each kind of file with its headers, nothing that is not the
# viewers', and playlists that promise nothing that a file server cannot keep, over a kill of their writer.
. "$TESTS/tools/lib.sh"
. "$TESTS/e2e/lib/judged.sh"

seconds=$(full 20 120)
clip "$seconds" -preset ultrafast -bf 0
ladder() {
  ffmpeg -nostdin -v error -re -i in.mp4 -c copy -f mp4 -movflags frag_keyframe+empty_moov+default_base_moof pipe: |
    abr-hls -o root/film --segment 2s --part 400ms --preset ultrafast \
      --rendition high=320x180@600k/64k --rendition low=160x90@200k/48k
}

mkdir root
echo secret >secret.mp4
port=$(free_port)
start server "$TESTS/support/nginx-hls" root "$port"
wait_for 20 "nginx" listens "$port"
lacks server.err '[^ ]'
start_ladder
wait_for 60 "segments" listed 3
url=http://127.0.0.1:$port/film

# headers_of PATH [OPTION]...: of a GET.
headers_of() {
  local path=$1
  shift
  curl -sS -m 10 -o body -D - "$@" "$url$path" | tr -d '\r' >headers
}
kind() { # kind PATH TYPE CACHE
  headers_of "$1" -H 'Accept-Encoding: gzip'
  has headers '^HTTP/1.1 200'
  has headers "^Content-Type: $2$"
  has headers "^Cache-Control: $3$"
  has headers '^Access-Control-Allow-Origin: \*$'
}
kind /live.m3u8 application/vnd.apple.mpegurl max-age=60
has headers '^Content-Encoding: gzip$'
kind /low/index.m3u8 application/vnd.apple.mpegurl no-cache
headers_of /low/index.m3u8 -H 'If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT'
has headers '^HTTP/1.1 200'
segment=$(grep -m 1 '^[0-9].*m4s' root/film/low/index.m3u8)
init=$(grep -m 1 -oE 'init-[0-9]+\.mp4' root/film/low/index.m3u8)
kind "/low/$segment" video/mp4 'public, max-age=31536000, immutable'
cmp body "root/film/low/$segment"
kind "/low/$init" video/mp4 'public, max-age=31536000, immutable'
has headers '^ETag: '
headers_of "/low/$segment" -r 4-7
has headers '^HTTP/1.1 206'
equal "a range" "$(cat body)" "$(head -c 8 "root/film/low/$segment" | tail -c 4)"

headers_of "/low/$segment" -r 99999999-
has headers '^HTTP/1.1 416'
has headers '^Cache-Control: no-store$'
equal "origins that may read it" "$(grep -c '^Access-Control-Allow-Origin' headers)" 1
cp in.mp4 root/film/take.mp4
kind /take.mp4 video/mp4 no-cache
rm root/film/take.mp4

ln -s "$SCRATCH/secret.mp4" root/film/low/link.mp4
for path in /low/1.m4s /.stream.json /.lock /low/.none.tmp /../.registry.json /low/link.mp4 /../../secret.mp4 /none/live.m3u8; do
  headers_of "$path" --path-as-is
  has headers '^HTTP/1.1 (404|400)'
  if says headers ' 404'; then
    has headers '^Cache-Control: no-store$'
    has headers '^Access-Control-Allow-Origin: \*$'
  fi
  lacks body secret
done
rm root/film/low/link.mp4

# Late is what nobody writes while the writer is gone.
start_judge "$url/live.m3u8" $((seconds + 6)) --ignore late
equal "what ffprobe finds" "$(streams "$url/live.m3u8" | sort -u | grep -c .)" 3
judged_over_a_kill 4 $((seconds + 60))
stop server
lacks server.err '[^ ]'
