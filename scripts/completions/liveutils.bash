# bash completion of liveutils(7): asks the program itself, so that it is never out of date.

_liveutils() {
  local program=$1 word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
  case $before in
    --log-level) mapfile -t COMPREPLY < <(compgen -W 'debug info warn error' -- "$word") ;;
    --log-format) mapfile -t COMPREPLY < <(compgen -W 'text json' -- "$word") ;;
    *)
      if [[ $word == -* ]]; then
        # The names of options stand first in their lines of --help.
        local options
        options=$("$program" --help 2>/dev/null | sed -nE 's/^  +(-[^ ]*).*/\1/p' | tr ',' '\n')
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
      else
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
      fi
      ;;
  esac
}

complete -o filenames -F _liveutils rtsp2fmp4 fmp4-httpd
