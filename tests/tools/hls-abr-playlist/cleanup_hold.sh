# TEST: timeout=180
# A hold keeps a stream's folder until everything that it covers is uploaded; then it goes.  What is no HLS tree, and whatever a
# link leads to, stays for ever.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/hls-abr-playlist/lib/tree.sh"

media 360p
mkdir -p root outside/360p
for stream in held strange linked; do start_writer "$stream" "$stream" --segments 3 --every 0.2; done
for stream in held strange linked; do await "$stream"; done
echo mine >root/strange/360p/notes.txt
echo mine >outside/360p/index.m3u8
ln -s "$PWD/outside" root/linked/other
ln -s "$PWD/outside" root/elsewhere
echo 360p >root/.hold

publish tool --cleanup 2s
wait_for 30 "why one stays" says tool.err 'held: its folder stays: 360p/.* is not uploaded'
wait_for 30 "why another stays" says tool.err 'strange: its folder stays: 360p/notes.txt is no part of an HLS tree'
wait_for 30 "why the third stays" says tool.err 'linked: its folder stays: other is no part of an HLS tree'
[[ -e root/held/360p/index.m3u8 ]] || fail "what is held has gone"

# Segments and init segment, but not yet the list of the broadcast.
(cd root/held/360p && echo "#BROADCAST:abcdefgh01234567" >journal.m3u8 && find . -name '*.m4s' -o -name 'init-*' | sed 's,./,,' >.uploaded)
wait_for 60 "what is missing still" says tool.err 'held: its folder stays: 360p/vod-abcdefgh01234567.m3u8 is not uploaded'
[[ -e root/held/360p/index.m3u8 ]] || fail "what is held has gone"
echo vod-abcdefgh01234567.m3u8 >>root/held/360p/.uploaded
wait_for 60 "it to go" test ! -e root/held
equal "outside the root" "$(cat outside/360p/index.m3u8)" mine
equal "what stays" "$(cd root && echo *)" "elsewhere linked strange"
stop tool
