# TEST: timeout=300 processors=2
# OBS as the publisher, on a screen that nobody sees: the command gets what OBS records of the same encoder, packet by packet;
# it logs in where it is asked to; a wrong key is presented once.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtmp-ingest/lib/ingest.sh"
for program in obs Xvfb; do
  command -v "$program" >/dev/null || skip "$program is not installed"
done

settings=$SCRATCH/home/.config/obs-studio
profile=$settings/basic/profiles/Test
mkdir -p "$profile" "$settings/basic/scenes" recorded run
chmod 700 run
film film.flv 20

# FirstRun and a version that is never surpassed: no wizard and no news, which would wait for a click.
cat >"$settings/global.ini" <<END
[General]
FirstRun=true
LastVersion=4294967295
InfoIncrement=-1
EnableAutoUpdates=false
ConfirmOnExit=false
END
cat >"$profile/basic.ini" <<END
[General]
Name=Test
[Output]
Mode=Simple
RetryDelay=1
[SimpleOutput]
FilePath=$SCRATCH/recorded
RecFormat=flv
RecQuality=Stream
StreamEncoder=x264
VBitrate=600
ABitrate=96
Preset=ultrafast
UseAdvanced=true
x264Settings=keyint=25 bframes=2
[Video]
BaseCX=320
BaseCY=180
OutputCX=320
OutputCY=180
FPSCommon=25 PAL
[Audio]
SampleRate=48000
ChannelSetup=Stereo
END
jq -n --arg file "$SCRATCH/film.flv" '{name: "Test", current_scene: "Scene", current_program_scene: "Scene",
  scene_order: [{name: "Scene"}], sources: [
    {id: "scene", versioned_id: "scene", name: "Scene", settings: {id_counter: 1, items: [{name: "Film", id: 1, visible: true}]}},
    {id: "ffmpeg_source", versioned_id: "ffmpeg_source", name: "Film", mixers: 255,
     settings: {is_local_file: true, local_file: $file, looping: true}}]}' >"$settings/basic/scenes/Test.json"

# obs_to NAME PORT SETTINGS [OPTION]...: OBS begins to stream at once; SETTINGS are those of its page Stream, as JSON.
obs_to() {
  local name=$1
  jq -n --arg server "rtmp://127.0.0.1:$2/live" "{type: \"rtmp_custom\", settings: ({server: \$server} + $3)}" >"$profile/service.json"
  shift 3
  start "$name" env DISPLAY=":$display" HOME="$SCRATCH/home" XDG_CONFIG_HOME="$SCRATCH/home/.config" \
    XDG_RUNTIME_DIR="$SCRATCH/run" LIBGL_ALWAYS_SOFTWARE=1 QT_QPA_PLATFORM=xcb \
    obs --multi --profile Test --collection Test --startstreaming "$@"
}

# end_obs NAME: as from a terminal, but for obs-ffmpeg-mux, which writes the recording and would be cut off within a tag.
end_obs() {
  kill -INT "${pid_of[$1]}"
  await "$1" 30
}

start screen Xvfb -displayfd 1 -screen 0 800x600x24 -nolisten tcp
wait_for 30 "a screen" larger screen.out 0
display=$(cat screen.out)
printf '%s\n' "studio key-of-the-studio" >keys.txt
chmod 600 keys.txt
# OBS 29 often crashes while it ends, before it has taken leave: hence the short grace.
start_ingest ingest --keys keys.txt --grace 1s --exec 'cat >"$LIVE_NAME.mp4"'
port=$RTMP_PORT
start_ingest asking --keys keys.txt --grace 1s --challenge --exec 'cat >"$LIVE_NAME-asked.mp4"'

obs_to wrong "$port" '{key: "no-such-key-here"}'
wait_for 60 "a refusal" says ingest.err "refused to publish"

obs_to right "$port" '{key: "key-of-the-studio"}' --startrecording
wait_for 60 "media" begun_in ingest studio
wait_for 60 "four seconds of it" has_frames studio.mp4 100
end_obs right
wait_for 20 "the end of it" ended_in ingest studio
wait_for 10 "the end of its command" says ingest.err "studio: its command ended"
lawful studio.mp4
decodes studio.mp4
equal "tracks" "$(streams studio.mp4 | tr '\n' ' ')" "video h264 320x180 audio aac 48000 "
# Each of OBS' outputs begins with x264's introduction (SEI), its recording repeats the parameter sets, and live fMP4 has no
# filler: what is left are the pictures.  Either may begin or end first.
bare() { ffmpeg -nostdin -v error -i "$1" -map 0 -c copy -bsf:v filter_units=remove_types=6-12 "$2"; }
bare recorded/*.flv recorded.mkv
bare studio.mp4 studio.mkv
"$TESTS/support/same-frames" --overlap recorded.mkv studio.mkv >same || fail "studio.mp4 is not what OBS recorded: $(cat same)"
equal "stamps within a millisecond" "$(jq -s 'all(.stamps_ms <= 1)' same)" true
at_least "compared pictures" "$(jq 'select(.kind == "video") | .copy' same)" 70

obs_to login "$RTMP_PORT" '{key: "studio", use_auth: true, username: "studio", password: "key-of-the-studio"}'
wait_for 60 "media of who logged in" begun_in asking studio
end_obs login
wait_for 20 "the end of it" ended_in asking studio

running wrong || fail "OBS with a wrong key has left"
equal "refusals" "$(grep -c "refused to publish" ingest.err)" 1
lacks ingest.err "key-of-the-studio|no-such-key"
