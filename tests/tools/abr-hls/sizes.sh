# Even sizes, the aspect as it is shown, never larger than the source: whatever the source's shape.
# TEST: timeout=900 processors=2
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/abr-hls/lib/clips.sh"

seconds=$(full 1 9) rate=$(full 10 25)

# shape NAME ASPECT SIZES CLIP-SOURCE [FFMPEG OPTION]...: NAME turnedN is to be shown turned by N degrees.
shape() {
  local name=$1 aspect=$2 sizes=$3 source=$4
  shift 4
  clip clip.mp4 "$seconds" "$source:r=$rate" "$@"
  if [[ $name == turned* ]]; then
    ffmpeg -nostdin -v error -y -i clip.mp4 -c copy -metadata:s:v rotate="${name#turned}" turned.mp4
    mv turned.mp4 clip.mp4
  fi
  ladder "$name" clip.mp4 --preset ultrafast --segment "$(full 2 4)s"
  facts_of "$name" --segment "$(full 2 4)" --frame "$(jq -n "1 / $rate")" --aspect "$aspect"
  equal "$name" "$(of "$name" '[.[] | .size | join("x")] | join(" ")')" "$sizes"
}

shape wide 16:9 "640x360 854x480 1280x720" s=1366x768
shape small 427:240 "640x360 854x480" s=854x480
shape slim 53:30 "636x360 848x480" s=848x480
shape cinema 64:27 "640x270 854x360 1280x540" s=2560x1080
shape upright 9:16 "202x360 270x480 406x720" s=1080x1920
shape turned90 9:16 "202x360 270x480 406x720" s=1920x1080
shape anamorphic 16:9 "640x360 854x480 1024x576" s=720x576 -vf setsar=64/45
shape tiny 16:9 "160x90" s=160x90
if ((long)); then
  shape turned180 16:9 "640x360 854x480 1280x720" s=1920x1080
  shape turned270 9:16 "202x360 270x480 406x720" s=1920x1080
  shape ntsc 4:3 "480x360 640x480" s=720x480 -vf setsar=8/9
  shape odd 853:479 "640x360 852x478" s=853x479 -pix_fmt yuv444p
fi
