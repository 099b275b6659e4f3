# G.711 becomes FLAC in 20 ms frames without loss: decoded, every sample is the one that went in.
. "$TESTS/tools/lib.sh"

for law in alaw mulaw; do
  ffmpeg -v error -y -f lavfi -i "sine=frequency=300:beep_factor=4:r=8000" -t 4 -ac 1 -c:a "pcm_$law" in.mkv
  exits 0 60 rtsp2fmp4 in.mkv
  cp out out.mp4
  equal "codec" "$(streams out.mp4)" "audio flac 8000"
  ffmpeg -v error -y -i in.mkv -f s16le wanted.pcm
  ffmpeg -v error -y -i out.mp4 -f s16le got.pcm
  at_least "samples" "$(size got.pcm)" $(($(size wanted.pcm) - 320))
  cmp -n "$(size got.pcm)" got.pcm wanted.pcm || fail "$law: samples differ"
  equal "samples of a frame" "$(ffprobe -v error -show_entries frame=nb_samples -of csv=p=0 out.mp4 | sort -u | tr -d ,)" 160
done
