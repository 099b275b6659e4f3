# The disk is full of recordings: there is room for the journal still, so that they are uploaded, and then deleted.
if [[ ${MOUNTS:-0} == 0 ]]; then
  unshare -m true 2>/dev/null || { echo "may not mount" && exit 77; }
  MOUNTS=1 exec unshare -m bash "$0"
fi
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/s3-dvr-sync/lib/store.sh"

start_store
mkdir dir
mount -t tmpfs -o size=12m none dir || { echo "may not mount" && exit 77; }
random_file dir/first.mp4 1000
syncs 0 "$STORE"
for ((i = 0; i < 60; i++)); do
  random_file "dir/$i.mp4" 100000
done
head -c 12000000 /dev/urandom >dir/last.mp4 2>/dev/null || true
equal "bytes that are free" "$(df --output=avail dir | tail -n 1 | tr -d ' ')" 0
(cd dir && sha256sum ./*.mp4) >truth

syncs 0 "$STORE" --delete-uploaded
equal "recordings that are left" "$(find dir -name '*.mp4' | wc -l)" 0
mkdir copy
while read -r digest name; do
  equal "SHA-256 of $name" "$(ask "$STORE/$BUCKET/${name#./}" | sha256sum | cut -d' ' -f1)" "$digest"
done <truth
umount dir
