# shellcheck shell=bash disable=SC2034
# For the scripts beside it: SCRIPT PROGRAM [SIZE]. Each proves a promise through the program, at a small size, or at
# its full size with RAMIT_FULL=1. The last line is a verdict, "N of M ...: proved" with exit code 0 or "...: VIOLATED"
# with 1; what was violated is named before, on standard error. Where the machine lacks what a script needs, it says so
# in one line and ends with 77. RAMIT_SEED (1) draws the random moments and places; RAMIT_KEEP=1 keeps the folder of
# work.

set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
script=$(basename "$0" .sh)
[ $# -ge 1 ] || { echo "usage: $0 PROGRAM [SIZE]" >&2; exit 64; }
program=$(realpath -e "$1") || exit 64
# How the program names itself in its messages.
called=$(basename "$program")
shift
export LC_ALL=C
RANDOM=${RAMIT_SEED:-1}

work=$(realpath "$(mktemp -d "${TMPDIR:-/tmp}/reliability-$script.XXXXXX")")
is_decided=
clean() {
  local job jobs
  [ -n "$is_decided" ] || echo "$script: a command has failed: the proof did not run to its end: VIOLATED"
  jobs=$(jobs -p)
  for job in $jobs; do kill -9 "$job" 2> /dev/null || true; done
  # Not all children: who writes into a pipe that is not read any more waits for ever.
  for job in $jobs; do wait "$job" 2> /dev/null || true; done
  [ -n "${RAMIT_KEEP:-}" ] || rm -rf "$work"
}
trap clean EXIT

# decided CODE TEXT: the last line, and the end.
decided() {
  is_decided=1
  echo "$2"
  exit "$1"
}

skip() { decided 77 "not run: $*"; }

# needs COMMAND...: ends as not run where one of the commands is missing.
needs() {
  local command
  for command; do command -v "$command" > /dev/null || skip "$command is not installed"; done
}

# needs_strace: containers may forbid to trace.
needs_strace() {
  needs strace
  strace -o /dev/null true 2> /dev/null || skip "strace cannot trace a process here"
}

is_full() { [ "${RAMIT_FULL:-0}" != 0 ]; }

# size SMALL FULL [GIVEN]: how many.
size() {
  if [ -n "${3:-}" ]; then echo "$3"; elif is_full; then echo "$2"; else echo "$1"; fi
}

violations=0
violation() {
  local text=${*//$'\n'/; }
  echo "$script: VIOLATION: ${text:0:600}" >&2
  violations=$((violations + 1))
  # What goes wrong so often needs no more examples.
  [ $violations -lt 10 ] || decided 1 "$script: stopped after 10 violations: VIOLATED"
}

# A script that cannot do its work has proved nothing.
broken() {
  echo "$script: $*" >&2
  decided 1 "$script: the proof did not run to its end: VIOLATED"
}

# verdict ALL WHAT: all less the violations hold.
verdict() {
  [ $violations = 0 ] || decided 1 "$(($1 - violations)) of $1 $2: VIOLATED"
  decided 0 "$1 of $1 $2: proved"
}

# progress DONE ALL: ten lines in all.
progress() { [ $(($1 * 10 / $2)) = $((($1 - 1) * 10 / $2)) ] || echo "$script: $1 of $2" >&2; }

milliseconds() { echo $(($(date +%s%N) / 1000000)); }

# The number of milliseconds as seconds.
seconds() { printf '%d.%03d' $(($1 / 1000)) $(($1 % 1000)); }

# below NUMBER: sets drawn to a random number, also above 32767. A subshell would not advance the sequence.
below() { drawn=$(((RANDOM * 32768 + RANDOM) % $1)); }

# limited COMMAND...: it never runs for ever.
limited() { timeout -k 10 600 "$@"; }

# toy FOLDER [OPTION...]: a training of a second; `started` leaves it to the caller to limit it.
toy() {
  local folder=$1
  shift
  limited "$program" train "$here/toy.yaml" --quiet --output "$folder" "$@"
}

# whole_toy FOLDER [OPTION...]: the run that nothing disturbs.
whole_toy() { toy "$@" > "$work/out" 2>&1 || broken "a run that nothing disturbs has failed: $(cat "$work/out")"; }

# The name of the newest checkpoint of a run; empty where there is none.
newest() {
  { find "$1/checkpoints" -name 'iteration-*.safetensors' -printf '%f\n' 2> /dev/null || true; } | sort | tail -n 1
}

# header FILE: of a safetensors file, without what may differ between equal runs: the folder that a run writes to, the
# size of its log, which tells times, and the first checksum, which is over the notes with both in them. Those of the
# tensors stay. Spaces only fill it up.
header() {
  local size
  size=$(od -A n -t u8 -N 8 "$1" | tr -d ' ')
  head -c $((size + 8)) "$1" | tail -c +9 |
    sed -E 's/\\u000aoutput: [^\\]*(\\[^u][^\\]*)*//; s/\\"logBytes\\":[0-9]+//
      s/"(ramit\.)?crc32":"[0-9a-f]+ ?//; s/ +$//'
}

# tensors FILE: the values in a safetensors file, which follow its header.
tensors() {
  local size
  size=$(od -A n -t u8 -N 8 "$1" | tr -d ' ')
  tail -c "+$((size + 9))" "$1"
}

# unfinished FOLDER: the temporary files in it.
unfinished() { find "$1" -name '.*.tmp' -o -name '*.partial' -o -name '.*.tmp.*'; }

# kept WHOLE ITERATION: the checkpoints that a run keeps if it has also saved after the iteration.
kept() {
  { ls "$1/checkpoints"; [ -z "$2" ] || printf 'iteration-%08d.safetensors\n' "$2"; } | sort -u |
    tail -n "$(ls "$1/checkpoints" | wc -l)"
}

# unlike FOLDER WHOLE [ITERATION]: prints in what a run differs from another, and nothing where they are equal: metrics,
# weights, samples, the names of the checkpoints, and of the newest the values and the state. A run that was stopped
# after an iteration has saved that one too, and keeps it while it is among the newest. No unfinished file may be left.
unlike() {
  local file one other
  for file in metrics.jsonl weights/last.safetensors weights/best.safetensors; do
    cmp -s "$1/$file" "$2/$file" || echo "$file differs"
  done
  diff -r "$1/samples" "$2/samples" > /dev/null || echo "samples differ"
  diff <(ls "$1/checkpoints") <(kept "$2" "${3:-}") > /dev/null || echo "other checkpoints"
  one=$1/checkpoints/$(newest "$1") other=$2/checkpoints/$(newest "$2")
  if [ -f "$one" ]; then
    cmp -s <(tensors "$one") <(tensors "$other") || echo "the values in the newest checkpoint differ"
    cmp -s <(header "$one") <(header "$other") || echo "the state in the newest checkpoint differs"
  else
    echo "no checkpoint"
  fi
  unfinished "$1"
}

# points FOLDER TRACE CALL...: the places in a trace of strace -f -y where one of the calls works in the folder, as
# lines "KIND CALL NUMBER": of a thread it is the call with that number, which is what strace's inject counts too.
points() {
  local folder=$1 trace=$2
  shift 2
  awk -v folder="$folder" -v calls="$*" '
    BEGIN { split(calls, list); for (i in list) wanted[list[i]] = 1 }
    match($0, /^[0-9]+ +[a-z0-9_]+\(/) {
      call = $2
      sub(/\(.*/, "", call)
      number = ++count[$1, call]
      if (!wanted[call] || !(index($0, folder "/") || index($0, folder ">"))) next
      kind = call
      # A folder that is made durable.
      if (call == "fsync" && $0 !~ /\.tmp>/) kind = "fsync-other"
      print kind, call, number
    }' "$trace"
}
