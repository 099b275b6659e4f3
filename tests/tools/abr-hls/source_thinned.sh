# Beside a copied source, renditions with fewer pictures: parts keep to PART-TARGET in all of them.
# TEST: processors=2
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/abr-hls/lib/clips.sh"

clip clip.flv "$(full 7 61)" "s=160x90:r=25" -preset veryfast -bf 2 -g 50 -keyint_min 50 -sc_threshold 0
ladder out clip.flv --rendition source --rendition at10=80x44@60k,fps=10 --rendition at12=80x44@60k,fps=12.5 --preset ultrafast
hls-abr-playlist out
python3 "$TESTS/hls-validator" out >breaches 2>&1 || fail "$(head -n 4 breaches)"
has breaches ' [1-9][0-9]+ parts'
