# Behind one address Redis fails over to a replica: the names go on, and are held again by heartbeats, without anybody's help.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/hls-abr-playlist/lib/tree.sh"

media 360p
PRIMARY=$(free_port) REPLICA=$(free_port) FRONT=$(free_port) STATUS_PORT=$(free_port)
front() { # front NAME PORT: what listens at the address leads to PORT
  start "$1" "$TESTS/support/tcp-proxy" --port "$FRONT" "$2"
  wait_for 10 "the address" says "$1.out" "^ready $FRONT"
}
health() { curl -fs "http://127.0.0.1:$STATUS_PORT/healthz"; }
says_health() { [[ $(health) == "$1"* ]]; }

REDIS_PORT=$PRIMARY
start_redis primary
REDIS_PORT=$REPLICA
start_redis replica --replicaof 127.0.0.1 "$PRIMARY"
wait_for 20 "the replica to follow" eval '[[ $(redis info replication) == *master_link_status:up* ]]'
front first "$PRIMARY"
publish publisher --redis "redis://127.0.0.1:$FRONT" --advertise 127.0.0.1:8001 --status "127.0.0.1:$STATUS_PORT"
start_writer writer cam
wait_for 20 "the name, at the replica too" holds cam 127.0.0.1:8001

# The primary dies; for a while the address leads to a replica that takes nothing.
stop primary KILL
stop first
wait_for 15 "the complaint" says_health "degraded: registry"
front second "$REPLICA"
wait_for 15 "that it takes nothing" says_health "degraded: registry"
equal "live.m3u8" "$(lists cam)" 360p

# It is promoted.
redis replicaof no one >/dev/null
wait_for 15 "the name" holds cam 127.0.0.1:8001
wait_for 15 "good health" says_health ok
wait_for 10 "a heartbeat" eval '(($(redis pttl stream:cam) > 7000))'
signal writer USR1
await writer
wait_for 5 "the name to go with the stream" holds cam ""
stop publisher
