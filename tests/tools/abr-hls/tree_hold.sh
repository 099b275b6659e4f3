# A hold keeps segments and their init until they are uploaded; below --min-free the oldest go all the same, and that is said.
# Links are not followed, and what is no file of a tree stays.
. "$TESTS/tools/abr-hls/lib/tree.sh"

make_clip 10
mkdir -p tree
echo source >tree/.hold
start writer paced
wait_for 60 "segments" lists source 3
first=$(grep -v '^#' "$stream/source/index.m3u8" | head -n 1)
echo mine >"$stream/90p/notes.txt"
wait_for 90 "the other rendition's to go" test ! -e "$stream/90p/$first"
# It left the list long ago: one list's duration and its own have passed.
[[ -e $stream/source/$first ]] || fail "a held segment is gone"
# Parts are not held.
wait_for 30 "its parts to go" bash -c "! compgen -G '$stream/source/${first%.m4s}.*.m4s'"
echo "$first" >>"$stream/source/.uploaded"
wait_for 30 "the uploaded one to go" test ! -e "$stream/source/$first"
second=$(grep -v '^#' "$stream/source/journal.m3u8" | sed -n 2p)
[[ -e $stream/source/$second ]] || fail "a held segment is gone"
stop writer
check "the first run"

# Nothing is ever free enough.
start writer paced --min-free 1000000G
wait_for 60 "the loss" says writer.err 'short of space'
wait_for 60 "the oldest to go" test ! -e "$stream/source/$second"
check "the second run"
[[ -e $stream/90p/notes.txt ]] || fail "a file that is none of a tree's is gone"
stop writer
