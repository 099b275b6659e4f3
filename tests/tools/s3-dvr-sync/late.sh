# A PUT of an older playlist that was given up is carried out behind the one that closed it: that is noticed and put right, later and by
# --verify.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/s3-dvr-sync/lib/store.sh"

start_store --page 1000 # the other server: its objects can be looked at here
list=cam/vod-one.m3u8
state() { # state live|ended
  printf '{"id":"one","started":"2026-11-21T17:04:05.123Z","state":"%s","record":true,"resume":"60s","renditions":[{"name":"hd","peak":1}]}' "$1" \
    >dir/cam/.stream.json
}
segment() {
  random_file "dir/cam/hd/$1.m4s" 1000
  printf '#EXTINF:4,\n%s.m4s\n' "$1" >>dir/cam/hd/journal.m3u8
}
due() { # its minutes have gone by
  /usr/bin/python3 -c 'import sqlite3
with sqlite3.connect("dir/.s3-dvr-sync/journal.db") as db:
    db.execute("""UPDATE notes SET value = "0" || substr(value, instr(value, " ")) WHERE name LIKE "closed/%" """)'
}
in_bucket() {
  ask "$STORE/$BUCKET/$list" >now.m3u8
}
late_put() { # late_put NUMBER: an older one of the broadcast's lists lands
  signal "faults$1" USR1
  wait_for 60 "a late PUT" says "faults$1.out" '^carried out'
  in_bucket
  lacks now.m3u8 ENDLIST
}
begin_late() { # begin_late NUMBER: a proxy that keeps the first PUT of a list
  start "faults$1" "$TESTS/support/http-faults" --late "/vod-" "${STORE#http://}"
  wait_for 60 "the proxy" says "faults$1.out" '^ready'
  syncs 0 "http://127.0.0.1:$(port_of "faults$1")"
  says "faults$1.out" '^held' || fail "no PUT of a list was kept"
}
mkdir -p dir/cam/hd
printf '#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:4\n#BROADCAST:one\n' >dir/cam/hd/journal.m3u8
state live
: >dir/cam/.lock
segment 9
syncs 0 "$STORE" # this one is never late: its If-None-Match fails
segment 10
begin_late 1
segment 11
begin_late 2
segment 12
state ended
syncs 0 "$STORE"
in_bucket
has now.m3u8 ENDLIST
cp now.m3u8 closed.m3u8

late_put 1
syncs 0 "$STORE"
in_bucket
lacks now.m3u8 ENDLIST # its time has not come
due
syncs 0 "$STORE"
has err 'an older version came late'
in_bucket
cmp now.m3u8 closed.m3u8

late_put 2
syncs 0 "$STORE" --verify
in_bucket
cmp now.m3u8 closed.m3u8

due
syncs 0 "$STORE"
due
syncs 0 "$STORE"
lacks err 'came late'
equal "lists to be looked at" "$(ls dir/.s3-dvr-sync/closed)" ""
