# TEST: timeout=300
# What encoders that speak Enhanced RTMP sent, played again from tapes (tests/data/rtmp): every codec reaches the command as
# live fMP4, frame by frame as it was sent from the first key frame on, stamps within a millisecond, and a reader that is not
# ours decodes it.
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

while read -r tape pictures sounds codecs; do
  [[ $tape != \#* ]] || continue
  replay "$tape"
  lawful "$tape.out"
  equal "$tape: sample entries" "$(facts "$tape.out" '.epochs[-1].codecs | join(" ")')" "$codecs"
  equal "$tape: pictures" "$(facts "$tape.out" '[.epochs[].tracks.video.samples] | add')" "$pictures"
  equal "$tape: sounds" "$(facts "$tape.out" '[.epochs[].tracks.audio.samples] | add')" "$sounds"
  exactly "$TESTS/data/rtmp/$tape.tape" "$tape.out"
  decodes "$tape.out"
done <"$TESTS/data/rtmp/tapes.txt"

rm multitrack.out multitrack.err
replay multitrack --tracks all
ffprobe -v error -show_entries stream=codec_name,width -of csv=p=0 multitrack.out >tracks
exactly "$TESTS/data/rtmp/multitrack.tape" multitrack.out
equal "all tracks" "$(tr '\n' ' ' <tracks)" "h264,160 aac h264,80 aac "
