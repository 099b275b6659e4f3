# Live input that comes faster than it can be encoded: the largest rendition is given up at once and lists gaps, the others
# miss nothing; or pictures are left out; and SIGTERM is answered in time, however far the encoder is behind.
# TEST: timeout=240 processors=2
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/abr-hls/lib/clips.sh"

# Pictures alone: where a clip with sound begins again its pictures lie too far apart for a part.
clip clip.flv 4 "s=1920x1080:r=50" -an
large=(--preset slower --rendition large=1920x1080@4M) # a few pictures a second, on any machine
small=(--rendition small=160x90@100k)

# flood DIR OPTION...: the clip again and again, as fast as it is taken.  For `start`: it replaces the shell.
flood() {
  local folder=$1
  shift
  exec abr-hls --segment 1s --key-interval 1s --part 200ms "$@" -o "$folder" \
    < <(exec ffmpeg -nostdin -v error -stream_loop -1 -i clip.flv -c copy -f flv -)
}
gaps() { grep -c '^#EXT-X-GAP' "$1"; }
lists() { (($(grep -c '^#EXTINF' "$1") >= $2)); }

start rung flood rung "${large[@]}" "${small[@]}" --record
wait_for 60 "the rung to be given up" says rung.err 'rendition large is given up'
wait_for 60 "gaps" says rung/large/index.m3u8 '^#EXT-X-GAP'
wait_for 60 "segments of the other" lists rung/small/index.m3u8 4
stop rung TERM 30
equal "status" "$STATUS" 0
lacks rung/small/index.m3u8 '^#EXT-X-GAP'
python3 "$TESTS/hls-validator" rung/small/index.m3u8 >validator.out || fail "$(tail -n 5 validator.out)"
equal "segments" "$(grep -c '^#EXTINF' rung/large/index.m3u8)" "$(grep -c '^#EXTINF' rung/small/index.m3u8)"

port=$(free_port)
start frames flood frames "${large[@]}" --overload drop-frames --status "127.0.0.1:$port"
start wait flood wait "${large[@]}" --overload wait
wait_for 60 "the frames" says frames.err 'too slow for real time'
wait_for 60 "the line" says wait.err 'too slow for real time'
sheds() { curl -fs "http://127.0.0.1:$port/metrics" | grep -qE '^abr_hls_dropped_pictures_total.*overload.* [1-9]'; }
wait_for 60 "pictures to be left out" sheds
curl -fs "http://127.0.0.1:$port/metrics" | grep -qE '^abr_hls_speed [0-9]' || fail "no speed in /metrics"
stop wait TERM 30
equal "status" "$STATUS" 0
lacks wait.err 'given up'
has wait/large/index.m3u8 '^#EXTINF'
stop frames TERM 30
equal "status" "$STATUS" 0
lacks frames.err 'given up'
has frames/large/index.m3u8 '^#EXTINF'

# What was given up comes back when there is room: much faster than it plays at first, at its pace then.
if ((long)); then
  clip clip.ts 4 "s=1280x720:r=25" -an
  then_at_pace() {
    exec abr-hls --segment 1s --key-interval 1s --part 200ms --preset medium --rendition large=1280x720@2M \
      --rendition small=160x90@100k -o back --record \
      < <(ffmpeg -nostdin -v fatal -stream_loop -1 -i clip.ts -c copy -f mpegts - | head -c 30000000 || true
        exec ffmpeg -nostdin -v error -re -stream_loop -1 -i clip.ts -c copy -f mpegts -)
  }
  start back then_at_pace
  wait_for 60 "the rung to be given up" says back.err 'rendition large is given up'
  wait_for 120 "the rung to be back" says back.err 'rendition large is back'
  behind_gaps() { tail -n 4 back/large/index.m3u8 | grep -q '^#EXTINF' && ! tail -n 12 back/large/index.m3u8 | grep -q '^#EXT-X-GAP'; }
  wait_for 30 "segments of it" behind_gaps
  stop back TERM 30
  equal "status" "$STATUS" 0
  lacks back/small/index.m3u8 '^#EXT-X-GAP'
  python3 "$TESTS/hls-validator" back/large/index.m3u8 >validator.out || fail "$(tail -n 5 validator.out)"
fi
