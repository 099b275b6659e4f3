# Audio only, video only, audio that comes late or ends early, video that comes late: all are streams.
# TEST: timeout=180 processors=2
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/abr-hls/lib/clips.sh"

clip both.mp4 7 "s=320x180:r=25"
cut() { ffmpeg -nostdin -v error -y "$@"; }

cut -i both.mp4 -vn -c copy sound.mp4
ladder sound sound.mp4 "${small[@]}" --segment 2s
facts_of sound --segment 2
equal "audio only" "$(of sound '[.[] | .codecs | join("+")] | join(" ")')" "aac aac"
equal "its segments" "$(of sound '.large.segments | length')" 4

ladder radio sound.mp4 "${small[@]}" --audio-only radio@32k --segment 2s
equal "radio alone" "$(cd radio && echo */)" "radio/"

ladder more both.mp4 "${small[@]}" --audio-only radio@32k --segment 2s
facts_of more --segment 2
equal "with radio" "$(of more '[.[] | .codecs | join("+")] | join(" ")')" "h264+aac aac h264+aac"

cut -i both.mp4 -an -c copy pictures.mp4
ladder pictures pictures.mp4 "${small[@]}" --segment 2s
facts_of pictures --segment 2
equal "video only" "$(of pictures '[.[] | .codecs | join("+")] | join(" ")')" "h264 h264"

cut -i both.mp4 -itsoffset 3 -i both.mp4 -map 0:v -map 1:a -c copy -t 7 late.mp4
ladder late late.mp4 "${small[@]}" --segment 2s
facts_of late --segment 2
equal "late audio" "$(of late '.large.segments[-1].audio != null')" true
equal "its discontinuities" "$(of late '[.large.segments[] | select(.discontinuity)] | length')" 0

cut -i both.mp4 -t 3 -i both.mp4 -map 0:v -map 1:a -c copy early.mp4
ladder early early.mp4 "${small[@]}" --segment 2s
facts_of early --segment 2
equal "audio that ended" "$(of early '.large.segments | length')" 4
