# A copied source whose pictures come slowly, and when they please: parts keep to a PART-TARGET that has room for that, or there are
# none.
# TEST: processors=2
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/abr-hls/lib/clips.sh"

# copied WHAT SELECT: of 25 pictures a second those that SELECT, copied and encoded, as the validator sees it.  What comes at an uneven
# pace has no frame rate.
copied() {
  clip clip.flv "$(full 10 60)" "s=160x90:r=25" -vf "select='$2'" -vsync vfr -g 10 -keyint_min 10 -sc_threshold 0
  rm -rf out
  ladder out clip.flv --rendition source --rendition small=80x44@60k
  hls-abr-playlist out
  python3 "$TESTS/hls-validator" --ignore frame-rate-wrong out >breaches 2>&1 || fail "$1: $(head -n 4 breaches)"
}

copied "about five a second" "not(mod(n,20))+eq(mod(n,20),4)+eq(mod(n,20),9)+eq(mod(n,20),15)"
has out/source/index.m3u8 'PART-TARGET=1\.[0-9]'
lacks abr-hls.err 'no parts'

# Some of them follow each other soon, some so late that no part has room for it.
copied "a hesitant one" "not(mod(n,50))+eq(mod(n,50),4)+eq(mod(n,50),9)+eq(mod(n,50),25)+eq(mod(n,50),29)"
has abr-hls.err 'no parts'
lacks out/source/index.m3u8 '^#EXT-X-PART'
