# Interlaced video is deinterlaced: as many pictures as frames came, progressive, without combs.
# TEST: timeout=300
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/abr-hls/lib/clips.sh"

seconds=$(full 3 11)
# deinterlaced NAME FFMPEG-OPTION...
deinterlaced() {
  local name=$1 tff bff progressive
  shift
  clip "$name.ts" "$seconds" "s=720x576:r=50" -flags +ilme+ildct "$@" -f mpegts
  ladder "$name" "$name.ts" --preset ultrafast --rendition a=1024x576@2M --segment 2s
  facts_of "$name" --segment 2 --aspect 16:9
  media_of "$name" a | ffmpeg -nostdin -v info -i - -vf idet -f null - 2>idet.log || fail "ffmpeg does not read it"
  # Multi frame detection: TFF: 0 BFF: 0 Progressive: 75 Undetermined: 0
  read -r tff bff progressive < <(sed -nE \
    's/.*Multi frame detection: TFF: *([0-9]+) BFF: *([0-9]+) Progressive: *([0-9]+).*/\1 \2 \3/p' idet.log | tail -n 1)
  ((progressive > 10 * (tff + bff + 1))) || fail "$name: $tff and $bff interlaced, $progressive progressive pictures"
  at_least "$name: pictures" "$(of "$name" '[.a.segments[].pictures] | add')" $((seconds * 25 - 5))
}

deinterlaced tff -vf "tinterlace=interleave_top,setsar=64/45" -x264-params tff=1
if ((long)); then
  deinterlaced bff -vf "tinterlace=interleave_bottom,setsar=64/45" -x264-params bff=1
  deinterlaced mpeg2 -vf "tinterlace=interleave_top,setsar=64/45" -c:v mpeg2video -b:v 6M -top 1
fi
