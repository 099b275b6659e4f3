# The registry in Redis: only who lives holds a name, whatever becomes of Redis.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/hls-abr-playlist/lib/tree.sh"

media 360p
REDIS_PORT=$(free_port) STATUS_PORT=$(free_port)
health() { curl -fs "http://127.0.0.1:$STATUS_PORT/healthz"; }
healthy() { [[ $(health) == ok ]]; }

# Redis is not there yet: streams are published all the same, and registered as soon as it is.
publish first --redis "redis://127.0.0.1:$REDIS_PORT" --advertise 127.0.0.1:8001 --status "127.0.0.1:$STATUS_PORT"
start_writer writer cam
wait_for 20 "live.m3u8 without Redis" lists_exactly cam 360p
wait_for 10 "the complaint" eval '[[ $(health) == "degraded: registry: redis://127.0.0.1:'"$REDIS_PORT"': "* ]]'
start_redis redis
wait_for 10 "the name" holds cam 127.0.0.1:8001
wait_for 10 "good health" healthy
at_least "its expiry, in ms" "$(redis pttl stream:cam)" 7000

# It is restarted, empty.
stop redis KILL
wait_for 10 "the complaint" eval '[[ $(health) == degraded* ]]'
start_redis redis
wait_for 10 "the name again" holds cam 127.0.0.1:8001

# Another host with the same stream waits until the first is gone; here it sees the same folders, by the unix socket.
start second hls-abr-playlist --watch root --redis "unix:$PWD/redis.sock" --advertise 127.0.0.1:8002 --no-cleanup
wait_for 20 "the second to find it taken" says second.err 'cam is held by 127.0.0.1:8001'
holds cam 127.0.0.1:8001
stop first KILL
began=$SECONDS
wait_for 13 "the second to have it" holds cam 127.0.0.1:8002
((SECONDS - began <= 13)) || fail "it took $((SECONDS - began)) s"

# A holder that dies alone: the key is gone within 10 s.
stop second KILL
wait_for 11 "the key to go" holds cam ""

# In order: at the end of the stream, and on SIGTERM, at once; what another holds stays.
publish third --redis "redis://127.0.0.1:$REDIS_PORT" --advertise 127.0.0.1:8003
wait_for 10 "the name" holds cam 127.0.0.1:8003
stop third
equal "status" "$STATUS" 0
holds cam "" || fail "SIGTERM left the name"
publish third --redis "redis://127.0.0.1:$REDIS_PORT" --advertise 127.0.0.1:8003
wait_for 10 "the name" holds cam 127.0.0.1:8003
signal writer USR1
await writer
wait_for 5 "the name to go with the stream" holds cam ""
stop third
lacks first.err 'error'
