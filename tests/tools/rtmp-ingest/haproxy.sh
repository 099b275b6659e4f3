# Behind a real HAProxy, with both versions of the header: the client is whom HAProxy saw, and its health checks, which come
# with a header of their own and say nothing, disturb nobody.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtmp-ingest/lib/ingest.sh"
command -v haproxy >/dev/null || skip "haproxy is not installed"

film film.flv 2

# start_haproxy NAME OPTION: in front of RTMP_PORT; its own port is then in HAPROXY_PORT.
start_haproxy() {
  HAPROXY_PORT=$(free_port)
  cat >"$1.cfg" <<CFG
defaults
  mode tcp
  log stdout format raw local0
  option tcplog
  timeout connect 10s
  timeout client 30s
  timeout server 30s
listen rtmp
  bind 127.0.0.1:$HAPROXY_PORT
  server ingest 127.0.0.1:$RTMP_PORT $2 check inter 100ms
CFG
  start "$1" haproxy -db -f "$1.cfg"
  wait_for 30 "haproxy" listens "$HAPROXY_PORT"
}

for version in v1 v2; do
  option=send-proxy
  [[ $version == v1 ]] || option=send-proxy-v2
  start_ingest "$version" --proxy-protocol "$version" --allow-any --exec 'echo "$LIVE_CLIENT" >"client.$LIVE_NAME"; cat >"$LIVE_NAME.mp4"'
  start_haproxy "haproxy-$version" "$option"
  publish "ffmpeg-$version" film.flv "rtmp://127.0.0.1:$HAPROXY_PORT/live/$version"
  await "ffmpeg-$version" 30
  equal "ffmpeg's exit status behind HAProxy ($version)" "$STATUS" 0
  wait_for 20 "the end of $version" ended_in "$version" "$version"
  wait_for 20 "HAProxy to name the client $(cat "client.$version")" says "haproxy-$version.out" "^$(cat "client.$version") "
  lawful "$version.mp4"
  same_packets "$version.mp4" film.flv v
done
