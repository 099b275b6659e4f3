# User, password and database of a Redis; by env: and file: too, and never where others could read them.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/hls-abr-playlist/lib/tree.sh"

media 360p
printf 'user default off\nuser anna on >hushhush ~* &* +@all\n' >users.acl
REDIS_PORT=$(free_port)
start redis redis-server --port "$REDIS_PORT" --bind 127.0.0.1 --save '' --dir "$PWD" --aclfile "$PWD/users.acl"
wait_for 20 "redis" listens "$REDIS_PORT"
asks() { [[ $(REDISCLI_AUTH=hushhush redis-cli --user anna -n 3 -p "$REDIS_PORT" get live:cam) == "$1" ]]; }
start_writer writer cam

url=redis://anna:hushhush@127.0.0.1:$REDIS_PORT/3
printf '%s\n' "$url" >url
export URL=$url
for given in "$url" env:URL file:url; do
  publish "tool" --redis "$given" --advertise 10.0.0.5:8000 --prefix live:
  wait_for 10 "the name by $given" asks 10.0.0.5:8000
  ! tr '\0' ' ' <"/proc/${pid_of[tool]}/cmdline" | grep hushhush || fail "the password is in argv"
  stop tool
  wait_for 5 "the name to go" asks ""
done
publish tool --redis "redis://anna:wronghush@127.0.0.1:$REDIS_PORT" --advertise 10.0.0.5:8000
wait_for 10 "the complaint" says tool.err 'WRONGPASS'
stop tool
lacks tool.err 'hush'

exits 64 10 hls-abr-playlist --watch root --redis http://hushhush@x --advertise 10.0.0.5:8000
lacks err 'hush'
exits 64 10 hls-abr-playlist --watch root --redis rediss://:hushhush@x --advertise 10.0.0.5:8000
has err 'TLS to Redis is not spoken'
lacks err 'hush'
equal "lines of it" "$(wc -l <err)" 1
exits 64 10 hls-abr-playlist --watch root --redis redis://x
has err 'advertise'
exits 64 10 hls-abr-playlist --watch root --redis redis://x --registry r --advertise a:1
exits 64 10 hls-abr-playlist root --advertise a:1
exits 64 10 hls-abr-playlist
exits 66 10 hls-abr-playlist --watch nowhere
