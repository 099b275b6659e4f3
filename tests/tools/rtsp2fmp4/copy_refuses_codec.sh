# --video copy and --audio copy of what MP4 cannot carry: 65, naming the option that would transcode it.
. "$TESTS/tools/lib.sh"

exits 65 60 rtsp2fmp4 --video copy test:vcodec=mjpeg,size=320x240
has err "mjpeg.*--video h264"
exits 65 60 rtsp2fmp4 --audio copy test:acodec=pcm_alaw,size=320x240
has err "pcm_alaw.*--audio flac"
exits 65 60 rtsp2fmp4 --audio copy test:acodec=mp2,size=320x240
has err "mp2.*--audio aac"
exits 65 60 rtsp2fmp4 --video none --audio none test:size=320x240
has err "no video or audio"
