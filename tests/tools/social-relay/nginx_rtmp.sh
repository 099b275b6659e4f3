# TEST: labels=long
# nginx-rtmp takes the stream whole, and a second publisher of a name, which it refuses, is tried again.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/social-relay/lib/relay.sh"

module=/usr/lib/nginx/modules/ngx_rtmp_module.so
[[ -e $module ]] || skip "nginx-rtmp is not installed"
film film.mp4 4
port=$(free_port)
cat >nginx.conf <<END
load_module $module;
daemon off; master_process off; pid nginx.pid; error_log stderr info;
events {}
rtmp { access_log off; server { listen 127.0.0.1:$port; chunk_size 4096;
  application live { live on; record all; record_path .; record_unique off; }
} }
END
chmod 777 .
start nginx nginx -p . -c nginx.conf -e stderr
wait_for 30 "nginx" listens "$port"
start_relay relay --to "rtmp://127.0.0.1:$port/live/cam" --to "rtmp://127.0.0.1:$port/live/cam" film.mp4
await relay 60
equal "exit status" "$STATUS" 0
ended() { says nginx.err "deleteStream|disconnect"; }
wait_for 20 "its end" ended
ends_with cam.flv film.mp4 50
lawful cam.flv
winner=$(jq -r 'select(.event == "sending") | .destination' relay.events | head -n 1)
loser=$([[ $winner == custom#1 ]] && echo custom#2 || echo custom#1)
has <(reason relay "$loser" refused) "BadName"
