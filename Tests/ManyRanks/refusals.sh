#!/usr/bin/env bash
# refusals.sh PROGRAM: what ends with one clear line and a code that is not 0.
set -euo pipefail
program=$(realpath "$1")
. "$(dirname "$0")/common.sh"

name=$(basename "$program")

# refused WHAT PATTERN COMMAND...: the command fails, and one line of the program matches.
refused() {
  local what=$1 pattern=$2 code=0
  shift 2
  "$@" > "$work/out" 2>&1 || code=$?
  [ "$code" != 0 ] || fail "$what: the exit code is 0"
  [ "$(grep -c "^$name: " "$work/out")" = 1 ] || fail "$what: not one line: $(cat "$work/out")"
  grep -q "^$name: .*$pattern" "$work/out" || fail "$what: $(grep "^$name: " "$work/out")"
  echo "refused: $what"
}

refused "more ranks than parts" "gradients.accumulate: expected at least a part .* for each of 3 ranks.*, found 2" \
  train 3 2 "$work/run" --quiet
refused "a sweep on several ranks" "sweep: expected one process" \
  ranks 2 sweep "$here/run.yaml" --seeds 1 2 --output "$work/sweep"
refused "a table on several ranks" "reproduce: expected one process" ranks 2 reproduce 1
refused "one photo's output on several ranks" "output -: expected a folder" \
  ranks 2 restore "$work/none.png" --output -
refused "a missing configuration" "none.yaml" ranks 2 train "$work/none.yaml"
train 2 4 "$work/run" --quiet
refused "a run that is there" "run: expected a folder without a run" train 2 4 "$work/run"
if command -v $other > /dev/null; then
  launcher=($other)
  refused "the launcher of another MPI" "the launcher: expected that of the MPI which the program was built with" \
    train 2 4 "$work/alone"
  [ ! -e "$work/alone" ] || fail "a process without the others has begun"
fi
