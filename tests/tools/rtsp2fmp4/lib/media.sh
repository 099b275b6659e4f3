# shellcheck shell=bash
# What the tests of rtsp2fmp4 ask of its output; after lib.sh.

# lawful FILE: live fMP4 whose time never goes back within an epoch and whose epochs begin with a key frame.
lawful() {
  equal "times that go back in $1" "$(facts "$1" '[.epochs[].tracks[].backwards] | add')" 0
  equal "epochs of $1 that begin with a sync sample" "$(facts "$1" 'all(.epochs[]; .starts_with_sync or (.tracks.video | not))')" true
}

epochs() { facts "$1" '.epochs | length'; }
fragments() { facts "$1" '[.epochs[].fragments] | add'; }

# pictures FILE: how many there are; a decoder must take them all without a complaint.
pictures() {
  decodes "$1"
  ffprobe -v error -select_streams v -count_packets -show_entries stream=nb_read_packets -of csv=p=0 "$1"
}
