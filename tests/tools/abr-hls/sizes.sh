# Even sizes, the aspect as it is shown, never larger than the source: whatever the source's shape.
# TEST: timeout=240 processors=2
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/abr-hls/lib/clips.sh"

# shape NAME ASPECT SIZES CLIP-SOURCE [FFMPEG OPTION]...
shape() {
  local name=$1 aspect=$2 sizes=$3 source=$4
  shift 4
  clip clip.mp4 1 "$source" "$@"
  [[ $name != turned ]] || ffmpeg -nostdin -v error -y -i clip.mp4 -c copy -metadata:s:v rotate=90 turned.mp4
  [[ $name != turned ]] || mv turned.mp4 clip.mp4
  ladder "$name" clip.mp4 --preset ultrafast --segment 2s
  facts_of "$name" --frame 0.1 --aspect "$aspect"
  equal "$name" "$(of "$name" '[.[] | .size | join("x")] | join(" ")')" "$sizes"
}

shape wide 16:9 "640x360 854x480 1280x720" s=1366x768:r=10
shape small 427:240 "640x360 854x480" s=854x480:r=10
shape slim 53:30 "636x360 848x480" s=848x480:r=10
shape cinema 64:27 "640x270 854x360 1280x540" s=2560x1080:r=10
shape upright 9:16 "202x360 270x480 406x720" s=1080x1920:r=10
shape turned 9:16 "202x360 270x480 406x720" s=1920x1080:r=10
shape anamorphic 16:9 "640x360 854x480 1024x576" s=720x576:r=10 -vf setsar=64/45
shape tiny 16:9 "160x90" s=160x90:r=10
