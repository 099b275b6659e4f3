# AC-3 and E-AC-3: few browsers play them, so they become AAC; --audio copy carries them bit by bit.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtsp2fmp4/lib/media.sh"

packets() { ffmpeg -v error -i "$1" -map 0:a -c copy -f framehash -hash md5 - | awk -F, '!/^#/ { print $6 }'; }
for codec in ac3 eac3; do
  ffmpeg -v error -f lavfi -i testsrc2=size=320x240:rate=25 -f lavfi -i sine=r=48000,aformat=channel_layouts=5.1 -t 3 \
    -c:v libx264 -g 25 -preset ultrafast -c:a "$codec" -b:a 256k "$codec.mkv"
  exits 0 60 rtsp2fmp4 "$codec.mkv"
  lawful out
  equal "codec of $codec by default" "$(facts out '.epochs[0].codecs[1]')" mp4a
  exits 0 60 rtsp2fmp4 --audio copy "$codec.mkv"
  lawful out
  entry=ac-3
  [[ $codec == ac3 ]] || entry=ec-3
  equal "codec of $codec copied" "$(facts out '.epochs[0].codecs[1]')" "$entry"
  equal "what ffprobe reads" "$(ffprobe -v error -select_streams a -show_entries stream=codec_name,sample_rate,channels -of csv=p=0 out | cut -d, -f1-3)" "$codec,48000,6"
  packets "$codec.mkv" >wanted
  packets out >got
  cmp got wanted || fail "$codec differs"
done
exits 0 60 rtsp2fmp4 --audio copy --video none ac3.mkv
equal "epochs without video" "$(epochs out)" 1
