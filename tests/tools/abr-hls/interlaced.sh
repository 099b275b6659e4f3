# Interlaced video is deinterlaced: as many pictures as frames came, progressive, without combs.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/abr-hls/lib/clips.sh"

clip clip.ts 3 "s=720x576:r=50" -vf "tinterlace=interleave_top,setsar=64/45" -flags +ilme+ildct -x264-params tff=1 -f mpegts
ladder out clip.ts --preset ultrafast --rendition a=1024x576@2M --segment 2s
facts_of out --segment 2 --aspect 16:9
media_of out a | ffmpeg -nostdin -v info -i - -vf idet -f null - 2>idet.log || fail "ffmpeg does not read it"
# Multi frame detection: TFF: 0 BFF: 0 Progressive: 75 Undetermined: 0
read -r tff progressive < <(sed -nE 's/.*Multi frame detection: TFF: *([0-9]+).*Progressive: *([0-9]+).*/\1 \2/p' idet.log | tail -n 1)
((progressive > 10 * (tff + 1))) || fail "$tff interlaced, $progressive progressive pictures"
at_least pictures "$(of out '[.a.segments[].pictures] | add')" 70
