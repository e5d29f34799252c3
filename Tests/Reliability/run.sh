#!/usr/bin/env bash
# run.sh PROGRAM [NUMBER...]: runs what proves the promises of promises.txt, or those with the numbers, at a small size,
# or at full size with RAMIT_FULL=1. RAMIT_RESULTS (.build/reliability) keeps a result and a log for each, and
# report.md, a table of all. A promise that was proved at this size or a larger one for the commit that is checked out
# is not run again, so a full run can be stopped and continued. Ends with 1 where a promise is violated.
#   RAMIT_TEST   the command that runs Swift tests, to which --filter NAME is added (swift test -c release --skip-build)
#   RAMIT_FUZZ   the program that Tests/Fuzzing builds, and before it its folder (.build/fuzz/build/release/Fuzzing)
#   RAMIT_KINDS  only proofs of these kinds: RAMIT_KINDS=script beside `make test`, which has run the tests
# Swift tests that are skipped, as a program or folder is absent, count as not run.
set -uo pipefail
[ $# -ge 1 ] || { echo "usage: $0 PROGRAM [NUMBER...]" >&2; exit 64; }
program=$(realpath -e "$1") || exit 64
shift
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.." || exit
results=${RAMIT_RESULTS:-.build/reliability}
mkdir -p "$results"
results=$(realpath "$results")
read -ra test_command <<< "${RAMIT_TEST:-swift test -c release --skip-build}"
fuzz=${RAMIT_FUZZ:-.build/fuzz/build/release/Fuzzing}
# The tests of the programs find them beside each other.
if [ "$(basename "$program")" = ramit ]; then export RAMIT_PROGRAMS=${RAMIT_PROGRAMS:-$(dirname "$program")}; fi

# What has changed since the commit is no commit's, so its results are not kept for later.
commit=$(git rev-parse --short=12 HEAD 2> /dev/null || echo unknown)
[ -z "$(git status --porcelain 2> /dev/null)" ] || commit=$commit+changes
size=small
[ "${RAMIT_FULL:-0}" = 0 ] || size=full

# Each proof prints what it says in one line, and returns 0 (proved), 77 (not run) or another code.
prove_script() {
  local name arguments last code=0
  read -r name arguments <<< "$1"
  [ -x "$here/$name" ] || { echo "there is no $name" && return 77; }
  # shellcheck disable=SC2086
  "$here/$name" "$program" $arguments >> "$log" 2>&1 || code=$?
  last=$(tail -n 1 "$log")
  echo "$last"
  case $last in *skipped:*) return 77 ;; esac
  return $code
}

prove_test() {
  local begin code=0 tests count skipped name names filters=()
  begin=$(wc -l < "$log")
  read -ra names <<< "$1"
  # A name is a part of longer ones otherwise.
  for name in "${names[@]}"; do filters+=(--filter "^${name//./\\.}(/|\\(|\$)"); done
  "${test_command[@]}" "${filters[@]}" >> "$log" 2>&1 || code=$?
  tests=$(tail -n +$((begin + 1)) "$log" | sed 's/\x1b\[[0-9;]*m//g')
  count=$(grep -oE 'Test run with [0-9]+ test' <<< "$tests" | tail -n 1 | tr -dc 0-9)
  skipped=$(grep -oE '(Test|Suite) .* skipped.*' <<< "$tests")
  if [ $code != 0 ]; then
    echo "${count:-no} tests, code $code: $(grep -aE ' recorded an issue|error:|Fatal' <<< "$tests" | head -n 1)"
    return 1
  fi
  for name in "${names[@]}"; do
    if ! grep -qE "(Suite|Test) ${name##*[./]}(\(.*\))?( with [0-9]+ test cases)? (passed|skipped)" <<< "$tests"; then
      echo "there is no $name"
      return 77
    fi
  done
  if [ -n "$skipped" ]; then
    echo "$(wc -l <<< "$skipped") of $count skipped: $(grep -oE '"[^"]*"' <<< "$skipped" | sort | uniq | tr '\n' ' ')"
    return 77
  fi
  echo "$count tests passed"
}

prove_fuzz() {
  local begin code=0 targets
  [ -x "$fuzz" ] || { echo "there is no $fuzz (make fuzz)" && return 77; }
  begin=$(wc -l < "$log")
  read -ra targets <<< "$1"
  Tests/Fuzzing/run.sh "$fuzz" "${fuzz%/build/release/*}" "${2%% *}" "${targets[@]}" >> "$log" 2>&1 || code=$?
  tail -n +$((begin + 1)) "$log" | paste -sd ';' | cut -c 1-300
  return $code
}

prove_make() {
  local code=0
  grep -q "^$1:" Makefile || { echo "make has no $1" && return 77; }
  make "$1" >> "$log" 2>&1 || code=$?
  tail -n 1 "$log"
  return $code
}

prove_missing() {
  echo "$1"
  return 78
}

# The parts of a line of promises.txt: sets number, title, kind, proof, small and full.
# shellcheck disable=SC2034
parse() {
  local line=${1//\\|/$'\x01'}
  IFS='|' read -r number title kind proof small full <<< "$line"
  local name
  for name in number title kind proof small full; do
    local value=${!name//$'\x01'/|}
    value=${value#"${value%%[! ]*}"}
    printf -v "$name" %s "${value%"${value##*[! ]}"}"
  done
}

value() { sed -n "s/^$2: //p" "$results/$1" 2> /dev/null; }

# Whether the result of a promise still holds.
holds() {
  [[ $commit != *+changes && $commit != unknown ]] && [ "$(value "$1" verdict)" = proved ] &&
    [ "$(value "$1" commit)" = "$commit" ] && { [ "$(value "$1" size)" = full ] || [ $size = small ]; }
}

mapfile -t lines < <(grep -v '^#' "$here/promises.txt")
numbers=("$@")
[ $# -gt 0 ] || mapfile -t numbers < <(printf '%s\n' "${lines[@]}" | sed 's/ .*//' | sort -nu)
for wanted in "${numbers[@]}"; do
  file=$results/promise-$wanted
  name=$(basename "$file")
  if holds "$name"; then
    echo "$wanted: proved for this commit already"
    continue
  fi
  log=$file.log
  : > "$log"
  begin=$SECONDS verdict=proved said=() proofs=() sizes=()
  for line in "${lines[@]}"; do
    parse "$line"
    [ "$number" = "$wanted" ] || continue
    [[ " ${RAMIT_KINDS:-$kind} " == *" $kind "* ]] || continue
    text=${!size} settings=()
    if [[ $text == \[* ]]; then
      read -ra settings <<< "${text%%]*}"
      settings=("${settings[@]/#[/}")
      text=${text#*] }
    fi
    proofs+=("$proof") sizes+=("$text") code=0
    export "${settings[@]}" RAMIT_NOTHING=
    sentence=$("prove_$kind" "$proof" "$text") || code=$?
    for setting in "${settings[@]}"; do unset "${setting%%=*}"; done
    said+=("$sentence")
    case $code in
      0) ;;
      77) [ "$verdict" != proved ] || verdict="not run" ;;
      78) [ "$verdict" = VIOLATED ] || verdict="not proved" ;;
      *) verdict=VIOLATED ;;
    esac
  done
  [ ${#proofs[@]} -gt 0 ] || continue
  {
    echo "verdict: $verdict"
    echo "commit: $commit"
    echo "size: $size"
    echo "date: $(date -u +%Y-%m-%d)"
    echo "seconds: $((SECONDS - begin))"
    for index in "${!proofs[@]}"; do
      printf 'proof: %s\nsized: %s\nsaid: %s\n' "${proofs[index]}" "${sizes[index]}" "${said[index]}"
    done
  } > "$file.new"
  mv "$file.new" "$file"
  echo "$wanted: $verdict ($((SECONDS - begin)) s): $(printf '%s; ' "${said[@]}")"
done

# The table, of all that has been run here.
# column NAME KEY: the values of a key, which a promise has as often as it has proofs.
column() { value "$1" "$2" | sed 's/|/\\|/g' | paste -sd '\t' | sed 's/\t/<br>/g'; }
{
  echo "# Reliability"
  echo
  processor=$(grep -m 1 'model name' /proc/cpuinfo 2> /dev/null | sed 's/.*: //')
  echo "$("$program" --version), ${processor:-an unknown processor}, $(nproc) processors"
  echo
  echo "| | promise | proof | size | what it said | verdict | date | commit | s |"
  echo "|---|---|---|---|---|---|---|---|---|"
  before=
  for line in "${lines[@]}"; do
    parse "$line"
    [ "$number" != "$before" ] || continue
    before=$number name=promise-$number
    if [ -f "$results/$name" ]; then
      echo "| $number | $title | $(column "$name" proof) | $(value "$name" size): $(column "$name" sized) |" \
        "$(column "$name" said) | $(value "$name" verdict) | $(value "$name" date) | $(value "$name" commit) |" \
        "$(value "$name" seconds) |"
    else
      echo "| $number | $title | | | | not run | | | |"
    fi
  done
} > "$results/report.md"
violated=$(grep -c '| VIOLATED |' "$results/report.md")
echo "$(grep -c '| proved |' "$results/report.md") proved, $violated violated," \
  "$(grep -c '| not proved |' "$results/report.md") without a whole proof," \
  "$(grep -c '| not run |' "$results/report.md") not run: $results/report.md"
[ "$violated" = 0 ]
