# bash completion of liveutils(7): asks the program itself, so that it is never out of date.

_liveutils() {
  local program=$1 word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
  case $before in
    --log-level) mapfile -t COMPREPLY < <(compgen -W 'debug info warn error' -- "$word") ;;
    --log-format) mapfile -t COMPREPLY < <(compgen -W 'text json' -- "$word") ;;
    *)
      # Names of options stand first in their lines of --help; words to choose from behind them, as in "--format fmp4|flv".
      local help words
      help=$("$program" --help 2>/dev/null)
      words=$(sed -nE "s/^  +${before//[^a-z0-9-]/} ([a-z0-9]+(\|[a-z0-9]+)+)([ =].*)?$/\1/p" <<<"$help" | tr '|' ' ')
      if [[ $before == --* && -n $words ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
      elif [[ $word == -* ]]; then
        words=$(sed -nE 's/^  +(-[^ ]*).*/\1/p' <<<"$help" | tr ',' '\n')
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
      else
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
      fi
      ;;
  esac
}

complete -o filenames -F _liveutils rtsp2fmp4 rtmp-ingest fmp4-httpd abr-hls hls-abr-playlist social-relay s3-dvr-sync
