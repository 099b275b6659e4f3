# TEST: timeout=300
# What encoders that speak Enhanced RTMP sent, played again from tapes (tests/data/rtmp): every codec reaches the command as
# live fMP4, with all its frames, and a reader that is not ours decodes it.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtmp-ingest/lib/ingest.sh"

# replay TAPE [OPTION]...: into TAPE.out
replay() {
  local tape=$1
  shift
  start_ingest "$tape" --once "$@"
  timeout --kill-after=5 60 "$TESTS/support/rtmp-tape" play "$TESTS/data/rtmp/$tape.tape" "$RTMP_PORT" ||
    fail "$tape: the server closed before all was sent"
  await "$tape" 30
  equal "$tape: exit status" "$STATUS" 0
}

# carries TAPE CODECS FRAMES: what the MP4 holds.
carries() {
  replay "$1"
  lawful "$1.out"
  equal "$1: sample entries" "$(facts "$1.out" '.epochs[-1].codecs | join(" ")')" "$2"
  equal "$1: frames" "$(facts "$1.out" '[.epochs[].tracks.video.samples] | add')" "$3"
  decodes "$1.out"
}

while read -r tape frames codecs; do
  [[ $tape == \#* ]] || carries "$tape" "$codecs" "$frames"
done <"$TESTS/data/rtmp/tapes.txt"
