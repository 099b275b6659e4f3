# shellcheck shell=bash disable=SC2034
# What the tests of social-relay share; after lib.sh.

# film FILE SECONDS [GOP] [SIZE] [RATE]: H.264 and AAC, 25 frames a second, a key frame every GOP of them (25), some of which no
# other refers to; no two packets of it are the same.
film() {
  ffmpeg -nostdin -v error -y -f lavfi -i "testsrc2=size=${4:-320x180}:rate=25" -f lavfi -i anoisesrc=color=pink:sample_rate=48000:amplitude=0.3 \
    -t "$2" -c:v libx264 -preset ultrafast -g "${3:-25}" -bf 2 -sc_threshold 0 -pix_fmt yuv420p -b:v "${5:-200k}" \
    -c:a aac -b:a 64k "$1"
}

# start_server NAME ARGUMENT...: rtmp-ingest that writes what comes as cam to NAME.cam.1.flv, then NAME.cam.2.flv and so on; at
# SERVER_PORT if that is not 0, where it then is.
start_server() {
  local name=$1
  shift
  start "$name" rtmp-ingest --listen "127.0.0.1:${SERVER_PORT:-0}" --grace 0 --format flv "$@" -- \
    bash -c 'n=1; while ! (set -C; : >"$0.$LIVE_NAME.$n.flv") 2>/dev/null; do ((n++)); done; exec cat >"$0.$LIVE_NAME.$n.flv"' "$name"
  wait_for 60 "$name to listen" says "$name.err" "listening on rtmp://"
  SERVER_PORT=$(grep -oE "listening on rtmp://[^ ]*:[0-9]+" "$name.err" | tail -n 1 | grep -oE '[0-9]+$')
}

# certificate NAME HOST: NAME.pem and NAME.key of the authority ca.pem, which is made if it is not there.
certificate() {
  local ec=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes)
  [[ -e ca.pem ]] || openssl req -x509 "${ec[@]}" -subj /CN=test-ca -days 2 -keyout ca.key -out ca.pem 2>/dev/null
  openssl req "${ec[@]}" -subj "/CN=$1" -keyout "$1.key" -out "$1.csr" 2>/dev/null
  openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile <(echo "subjectAltName=DNS:$2") \
    -out "$1.pem" 2>/dev/null
}

# start_tls_server NAME ARGUMENT...: start_server with NAME.pem; its port for RTMPS is in TLS_PORT.
start_tls_server() {
  local name=$1
  SERVER_PORT=0
  start_server "$@" --tls-listen 127.0.0.1:0 --tls-cert "$name.pem" --tls-key "$name.key"
  wait_for 30 "$name to listen" says "$name.err" 'rtmps://'
  TLS_PORT=$(grep -oE 'rtmps://[^ ]*:[0-9]+' "$name.err" | grep -oE '[0-9]+$')
}

# start_nginx: nginx-rtmp, which writes what comes to its application "live" as NAME to nginx/NAME.flv, and nothing of "plain"; its
# port is in NGINX_PORT.
# False where it is not installed.
start_nginx() {
  local module=/usr/lib/nginx/modules/ngx_rtmp_module.so
  [[ -e $module ]] || return 1
  NGINX_PORT=$(free_port)
  mkdir nginx
  chmod 777 . nginx
  cat >nginx.conf <<END
load_module $module;
daemon off; master_process off; pid nginx.pid; error_log stderr info;
events {}
rtmp { access_log off; server { listen 127.0.0.1:$NGINX_PORT; chunk_size 4096;
  application live { live on; record all; record_path nginx; record_unique off; }
  application plain { live on; }
} }
END
  start nginx nginx -p . -c nginx.conf -e stderr
  wait_for 30 "nginx" listens "$NGINX_PORT"
}

# start_proxy NAME ARGUMENT...: tests/support/tcp-proxy; its port is then in PROXY_PORT.
start_proxy() {
  local name=$1
  shift
  start "$name" "$TESTS/support/tcp-proxy" "$@"
  wait_for 60 "proxy $name" says "$name.out" '^ready '
  PROXY_PORT=$(awk '/^ready/ { print $2; exit }' "$name.out")
}

# start_relay NAME ARGUMENT...: social-relay with its events in NAME.events.
start_relay() {
  local name=$1
  shift
  start "$name" social-relay --events "$name.events" "$@"
}

# happened NAME DESTINATION EVENT [COUNT]: a condition; that event has come, that often.
happened() {
  (($(jq -r --arg d "$2" --arg e "$3" 'select(.destination == $d and .event == $e) | .event' "$1.events" | wc -l) >= ${4:-1}))
}

# reason NAME DESTINATION EVENT: why, of each.
reason() {
  jq -r --arg d "$2" --arg e "$3" 'select(.destination == $d and .event == $e) | .reason' "$1.events"
}

packets() { # packets FILE v|a: MD5 of each, in their order
  ffmpeg -nostdin -v error -i "$1" -map "0:$2" -c copy -f framemd5 - | awk -F ', *' '!/^#/ { print $6 }'
}

# in_sync FILE WHOLE: the packets of FILE are packets of WHOLE in their order, pictures and sound within 20 ms of where they were
# to each other.  What it found is in run.json (tests/support/same-run).
in_sync() {
  "$TESTS/support/same-run" "$1" "$2" >run.json || fail "$1 is not of $2"
  jq -e '.apart_ms <= 20' run.json >/dev/null || fail "$1: pictures and sound are apart: $(cat run.json)"
}

# part_of FILE WHOLE: likewise, without a gap.
part_of() {
  in_sync "$1" "$2"
  jq -e '[.video, .audio] | all(.missing == 0)' run.json >/dev/null || fail "$1 has gaps: $(cat run.json)"
}

# ends_with FILE WHOLE COUNT: from a key frame of WHOLE on all pictures and sounds to the end have arrived, at least COUNT pictures.
ends_with() {
  part_of "$1" "$2"
  jq -e '[.video, .audio] | all(.behind == 0)' run.json >/dev/null || fail "the end of $1 is missing: $(cat run.json)"
  at_least "pictures in $1" "$(jq .video.packets run.json)" "$3"
}

# has_end FILE WHOLE COUNT: a condition; ends_with.
has_end() {
  (ends_with "$@")
}

# lawful FILE: headers first, then a key frame at 0; stamps never go back, in the whole file neither; sound and pictures begin
# together; ffprobe agrees.
lawful() {
  "$TESTS/support/flv-facts" "$1" >facts.json
  jq -e '.backwards == 0 and (.tracks | all(.backwards == 0))' facts.json >/dev/null || fail "stamps of $1 go back: $(cat facts.json)"
  jq -e '.tracks[] | select(.kind == "video") | .starts_with_key and .first_ms == 0' facts.json >/dev/null ||
    fail "$1 does not begin with a key frame at 0"
  jq -e '.tracks[] | select(.kind == "audio") | .first_ms <= 60' facts.json >/dev/null || fail "sound of $1 begins late"
  ffprobe -v warning -show_entries packet=codec_type,dts -of csv=p=0 "$1" >probed.csv 2>probed.err ||
    fail "ffprobe does not read $1: $(head -n 3 probed.err)"
  [[ ! -s probed.err ]] || fail "ffprobe complains of $1: $(head -n 3 probed.err)"
  awk -F, '$2 != "N/A" && ($1 in last) && $2 + 0 < last[$1] { exit 1 } { last[$1] = $2 + 0 }' probed.csv ||
    fail "stamps of $1 go back, says ffprobe"
}
