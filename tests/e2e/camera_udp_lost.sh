# TEST: timeout=120
# A network that loses UDP: --transport auto plays over TCP after 3 s without a packet.  In a network namespace of its
# own, whose filter drops every datagram.
if [[ ${1:-} != inside ]]; then
  exec unshare --user --map-root-user --net bash "$0" inside
fi
. "$TESTS/tools/lib.sh"

ip link set lo up
nft -f - <<'RULES'
table inet lossy {
  chain incoming {
    type filter hook input priority 0
    meta l4proto udp drop
  }
}
RULES

start_camera camera
start pull rtsp2fmp4 --transport auto "rtsp://127.0.0.1:$CAMERA_PORT/h264aac"
wait_for 60 "50 frames over TCP" has_frames pull.out 50
has pull.err "nothing comes over UDP; trying TCP"
stop pull
equal "exit status" "$STATUS" 0
