# A playlist that cannot be written ends nothing: it is said once, told by /healthz, and written as soon as it can be; a name is
# registered only for what can be played.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/hls-abr-playlist/lib/tree.sh"

media 360p 480p
port=$(free_port)
health() { curl -fs "http://127.0.0.1:$port/healthz"; }
mkdir -p root/cam/live.m3u8  # nothing can be renamed to that
publish tool --advertise 127.0.0.1:8000 --status "127.0.0.1:$port"
start_writer writer cam
wait_for 20 "the complaint" says tool.err 'error.*live.m3u8'
[[ $(health) == "degraded: "*live.m3u8* ]] || fail "healthz: $(health)"
[[ $(jq -r '.cam.address // ""' root/.registry.json 2>/dev/null) == "" ]] || fail "it is registered"
# Three more segments make it try again, and say nothing.
segments() { awk -F: '/^#EXT-X-MEDIA-SEQUENCE/ { n = $2 } /^#EXTINF/ { i++ } END { printf "%.0f", n + i }' root/cam/360p/index.m3u8; }
then=$(segments)
three_more() { (($(segments) >= then + 3)); }
wait_for 30 "three segments" three_more
equal "complaints" "$(grep -c 'error.*live.m3u8' tool.err)" 1
rmdir root/cam/live.m3u8
wait_for 10 "the playlist" lists_exactly cam "480p 360p"
wait_for 10 "good health" eval '[[ $(health) == ok ]]'
has root/.registry.json '127.0.0.1:8000'
curl -fs "http://127.0.0.1:$port/metrics" >metrics
has metrics '^hls_abr_playlist_streams\{state="live"\} 1$'
has metrics '^hls_abr_playlist_names_ours 1$'
