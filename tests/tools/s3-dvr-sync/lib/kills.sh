# shellcheck shell=bash disable=SC2034
# kills.sh: the program is killed again and again, with a store that fails now and then, is killed and frozen itself, changes its
# keys and has another time.  Sourced after store.sh and by who has
#     large                        bytes of a large recording
#     open_store                   as start_store, with keys that can be changed
#     change_keys NUMBER           AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY for those who ask from now on, where it can
#     restart_store [SECONDS]      killed, and there again where it was; its clock is ahead by so many

kills=$(full 5 200) bytes=1500000
ffmpeg -nostdin -v error -f lavfi -i testsrc2=size=160x90:rate=25 -f lavfi -i sine=sample_rate=48000 -t 12 \
  -c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 25 -keyint_min 25 -sc_threshold 0 -c:a aac -b:a 64k clip.mp4
mkdir dir
for stream in one two; do
  abr-hls -o "$PWD/dir/$stream" --rendition source --segment 1s --record clip.mp4 2>>abr-hls.err
  abr-hls -o "$PWD/dir/$stream" --rendition source --segment 1s --record clip.mp4 2>>abr-hls.err
done
random_file dir/large.mkv "$large"
remember() { # remember FILE...: what it must be in the end
  (cd dir && sha256sum "$@") >>truth
}
(cd dir && find . -type f -not -path '*/.*' -not -name '*.m3u8' -exec sha256sum {} +) >truth

rotate() { # rotate NUMBER: other keys, on both sides
  change_keys "$1"
  printf '[default]\naws_access_key_id = %s\naws_secret_access_key = %s\n' "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" \
    >credentials.tmp
  mv credentials.tmp credentials
}
open_store
rotate 0
slow=$(full 0 0.005)
start_faults --seed 7 --chance 500=0.03 --chance 503=0.03 --chance reset=0.03 --chance lost=0.03 --chance "slow=$slow"
export AWS_ENDPOINT_URL=$STORE
options=(--settle 0 --split 7s --delete-uploaded --credentials file:credentials --endpoint "$FAULTS")
check() { # check OPTION...
  "$TESTS/support/s3-check" --truth truth "$@" dir "s3://$BUCKET" >wrong || fail "after $killed kills: $(head -n 5 wrong)"
}

# The program, and something that happens to the store while it runs.
meets() {
  case $1 in
  1) signal store STOP ;;
  2) restart_store ;;
  3) rotate $((i)) ;;
  esac
}

RANDOM=7 killed=0
for ((i = 0; killed < kills && i < 4 * kills; i++)); do
  for part in 1 2 3; do
    random_file "dir/day $((i % 3))/é+$i-$part.mp4" $((bytes + i))
    remember "day $((i % 3))/é+$i-$part.mp4"
  done
  if ((i % 6 == 4)); then restart_store 3600; fi
  start sync s3-dvr-sync "${options[@]}" dir "s3://$BUCKET"
  sleep "$(printf '0.%03d' $((RANDOM % 350 + 20)))"
  meets $((i % 6))
  sleep "$(printf '0.%03d' $((RANDOM % 350)))"
  if running sync; then
    stop sync KILL
    killed=$((killed + 1))
  else
    await sync # it was quick; 75: the store failed too often
  fi
  if ((i % 6 == 1)); then thaw store; fi
  if ((i % 6 == 4)); then restart_store; fi
  ((i % 20)) || check --partial
done
at_least kills "$killed" "$(full $((kills / 2)) "$kills")"
check --partial

# What could not be helped in one run is left for the next.
for ((runs = 0; runs < 10; runs++)); do
  status=0
  timeout -k 5 200 s3-dvr-sync "${options[@]}" dir "s3://$BUCKET" >out 2>err || status=$?
  ((status == 75)) || break
done
equal "exit status" "$status" 0
check
[[ ! -e dir/large.mkv ]] || fail "large.mkv is not deleted"
for stream in one two; do
  ((2 == $(grep -c '^vod-' "dir/$stream/source/.uploaded"))) || fail "$stream: $(cat "dir/$stream/source/.uploaded")"
done
