# An input that begins in mid-stream begins with its first key frame.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/abr-hls/lib/clips.sh"

clip whole.ts 8 "s=320x180:r=25" -g 75 -f mpegts
tail -c +$(($(size whole.ts) / 6 / 188 * 188 + 1)) whole.ts >clip.ts
ladder out clip.ts "${small[@]}" --segment 2s
facts_of out --segment 2
