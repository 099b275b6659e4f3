# With the source in the ladder the encoded renditions are cut where the source's key frames are.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/abr-hls/lib/clips.sh"

clip clip.mp4 12 "s=320x180:r=25" -g 1000 -force_key_frames 0,1.2,3,5,6.4,9 -sc_threshold 0 -bf 2 -preset veryfast
ladder out clip.mp4 --preset ultrafast --rendition source --rendition small=160x90@100k --segment 4s
facts_of out --aspect 16:9
equal renditions "$(of out 'keys | join(" ")')" "small source"
at_least segments "$(of out '.source.segments | length')" 3
