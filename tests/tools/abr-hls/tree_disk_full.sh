# A disk without space: one line, gaps in a list that stays valid, and on it goes as soon as there is some; 74 when there is
# none for --disk-timeout.
# TEST: timeout=300
if [[ ${MOUNTS:-0} == 0 ]]; then
  unshare -m true 2>/dev/null || { echo "may not mount" && exit 77; }
  MOUNTS=1 exec unshare -m bash "$0"
fi
. "$TESTS/tools/abr-hls/lib/tree.sh"

# fill: all that is left.
fill() {
  dd if=/dev/zero of=tree/filler bs=64k status=none oflag=append conv=notrunc 2>/dev/null || true
}

make_clip 10
mkdir tree
mount -t tmpfs -o size=16m none tree || { echo "may not mount" && exit 77; }
start writer paced --disk-timeout 20s
wait_for 60 "segments" lists source 3
fill
wait_for 30 "the line" says writer.err 'no space left'
full_at=$(last source)
check "while it is full"
# As long as the list cannot be written, what it names stays: while the writer reads on, a list's length at least.
is_past() { (($(awk '/^rchar/ { print $2 }' "/proc/${pid_of[writer]}/io") > $1)); }
full_to=$(($(awk '/^rchar/ { print $2 }' "/proc/${pid_of[writer]}/io") + 7 * $(size clip.mp4) / 10))
goes_on() {
  check "while it is full"
  is_past "$full_to"
}
wait_for 60 "seven seconds of input" goes_on
rm tree/filler
wait_for 30 "the other line" says writer.err 'there is space again'
wait_for 30 "segments behind the gap" is_behind source $((full_at + 8))
check "afterwards"
has "$stream/source/journal.m3u8" '^#EXT-X-GAP$'
lacks "$stream/source/journal.m3u8" '^#EXT-X-DISCONTINUITY$'
equal "lines" "$(grep -c 'no space left' writer.err)" 1
equal "discontinuities" "$(grep -c DISCONTINUITY "$stream/source/index.m3u8")" 0
stop writer
equal "status" "$STATUS" 0
check "the end"

start writer paced --disk-timeout 3s
wait_for 60 "segments" is_behind source $((full_at + 12))
fill
await writer 60
equal "status" "$STATUS" 74
has writer.err 'no space left for 3s'
check "at the timeout"
umount -l tree

# The same when the input says no more.
mount -t tmpfs -o size=200k none tree || { echo "may not mount" && exit 77; }
mkfifo silent.fifo
exec {input}<>silent.fifo # so that it has no end
silent() { exec abr-hls -o "$stream" --rendition source --segment 1s --part 0 --disk-timeout 1s <silent.fifo; }
talk() { exec ffmpeg -nostdin -v error -i clip.mp4 -c copy -f flv - >silent.fifo; }
start writer silent
start talk talk
await writer 60
equal "status of a silent input" "$STATUS" 74
stop talk KILL
exec {input}>&-
umount -l tree

# The same before there is a folder of a rendition: no inode is left for one.
few_inodes() {
  mount -t tmpfs -o size=16m,nr_inodes=20 none tree || { echo "may not mount" && exit 77; }
  touch tree/filler-{1..16}
  rm -f memory.json writer.err
}
few_inodes
start writer paced --disk-timeout 20s
wait_for 60 "the line" says writer.err 'no space left'
rm tree/filler-*
wait_for 30 "segments" lists source 3
check "once there is space"
stop writer
equal "status" "$STATUS" 0
equal "lines" "$(grep -c 'no space left' writer.err)" 1
umount -l tree

few_inodes
start writer paced --disk-timeout 1s
await writer 60
equal "status" "$STATUS" 74
umount -l tree
