#!/usr/bin/env bash
# self-test.sh PROGRAM [FAULT]: each script beside it must find the fault of a program that has one: files that are not
# flushed, that appear bit by bit, errors that are not noticed, leaks, no lock, a random seed (faults.c, and wrappers).
. "$(dirname "$0")/common.sh"
only=${1:-.}
compiler=$(command -v cc || command -v clang) || skip "no C compiler"
"$compiler" -O1 -shared -fPIC -o "$work/faults.so" "$here/faults.c" -ldl

found=0
# finds FAULT SCRIPT [SIZE...]: the script must end with 1, and say VIOLATED.
# shellcheck disable=SC2016
finds() {
  local fault=$1 name=$2 log code=0
  shift 2
  log=$work/$fault/$name.log
  [[ $fault =~ $only ]] || return 0
  mkdir -p "$work/$fault"
  {
    echo '#!/usr/bin/env bash'
    case $fault in
      # Wrappers change what the program is asked for, or what it answers.
      random-seed) echo '[ "$1" != train ] || set -- "$@" --set "seed=$$"' ;;
      no-limit) echo 'set -- "${@/%*MB/64 GB}"' ;;
      code-0) echo "'$program' \"\$@\" || true; exit 0" ;;
      touched-input) echo '[ "$1" != restore ] || touch "$2"/*1x2.png' ;;
    esac
    echo "export FAULT=$fault LD_PRELOAD=$work/faults.so"
    echo "exec -a '$called' '$program' \"\$@\""
  } > "$work/$fault/$called"
  chmod +x "$work/$fault/$called"
  RAMIT_FULL=0 "$here/$name" "$work/$fault/$called" "$@" > "$log" 2>&1 || code=$?
  if [ $code = 77 ]; then
    echo "$fault: $name: $(tail -n 1 "$log")" >&2
    return
  fi
  found=$((found + 1))
  if [ $code = 1 ] && grep -q 'VIOLATED$' "$log"; then
    echo "$fault: $name: $(grep -m 1 VIOLATION "$log" || tail -n 2 "$log")" >&2
  else
    violation "$fault: $name has not found it: code $code, $(tail -n 1 "$log")"
  fi
}

finds slow-rename kills.sh 24
finds slow-rename batch.sh
finds no-fsync protocol.sh
finds no-folder-fsync protocol.sh
finds slow-rename protocol.sh
finds no-errors diskfull.sh
finds random-seed same.sh threads
finds random-seed same.sh runs
finds deaf signals.sh
finds slow-exit signals.sh
finds code-0 batch.sh 40
finds touched-input batch.sh 40
finds no-limit memory.sh
finds leak-memory soak.sh 30
finds leak-descriptors soak.sh 30
finds no-lock race.sh
verdict $found "faults of programs found"
