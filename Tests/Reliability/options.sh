#!/usr/bin/env bash
# shellcheck disable=SC2015,SC2016,SC2317
# Every option and every configuration key does something: options.sh PROGRAM [PATTERN]. The program itself lists what
# it has: its options in the dump of its help, its keys in its refusals of others. options.txt and keys.txt have a row
# for each, with a command that lacks it (or gives another value) and one that has it; options.bash has what the
# commands are made of. The two must differ in what they do: in what they print, their exit codes, and the files that
# they make. Times, and the records in which a configuration is repeated, do not count; a command that runs again must
# not differ. An option or key without a row fails, and so do a row of none, a key that the documentation does not
# name, and a command that fails. PATTERN takes only the rows that match it, for work on the tables.
# shellcheck source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source=options.bash
. "$here/options.bash"
pattern=${1:-}
[ "$(nproc)" -ge 2 ] || skip "with one processor a number of threads does nothing"
docs=$here/../../docs
mkdir "$work/bin" "$work/cases" "$work/data"
ln -s "$program" "$work/bin/ramit"
export PATH=$work/bin:$PATH work here

# refusal KEY=VALUE...: what the program expects instead of the last one.
refusal() {
  local key arguments=()
  for key; do arguments+=(--set "$key"); done
  ramit config "${arguments[@]}" 2>&1 > /dev/null | sed -nE 's/.*: expected (.*), found .*/\1/p' || true
}

# members GROUP [KEY=VALUE...]: the keys of a group, "" the outermost, or of a member of a list of groups; none where it
# is neither.
members() {
  local group=${1:-} text
  [ $# = 0 ] || shift
  text=$(refusal "$@" "${group:+$group.}none=1")
  [[ $text == "a key"* ]] || text=$(refusal "$@" "$group=[{none: 1}]")
  [[ $text != "a key"* ]] || sed 's/.*one of //; s/, /\n/g' <<< "$text"
}

# kinds KEY: the values of a key that chooses what keys are beside it.
kinds() {
  local text
  case $1 in
    *.architecture) text=$(refusal "$1=none!") ;;
    loss.type | *.degradations.type) text=$(refusal "${1%.type}=[{type: none!}]") ;;
    *.type) text=$(refusal "$1=none!") ;;
  esac
  [[ ${text:-} != "one of "* ]] || sed 's/one of //; s/ for .*//; s/, or .*//; s/, /\n/g' <<< "$text"
}

# keys [GROUP [KEY=VALUE]]: every key, one a line. A kind has a line of its own, and so have its keys where they are
# other than without a choice: "KIND KEY".
keys() {
  local group=${1:-} all kind key other chooser is_first=1
  all=$(members "$@")
  [ -n "$all" ] || { [ -z "$group" ] || echo "$group"; return; }
  for key in $all; do
    # A configuration has it elsewhere.
    [[ $(refusal "${group:+$group.}$key=none!") == *"at the top level" ]] || keys "${group:+$group.}$key"
  done
  for chooser in $all; do
    [[ $chooser == type || $chooser == architecture ]] || continue
    for kind in $(kinds "$group.$chooser"); do
      case $group in
        loss | *.degradations) other=$(refusal "$group=[{type: $kind, none: 1}]" | sed 's/.*one of //; s/, /\n/g') ;;
        *) other=$(members "$group" "$group.$chooser=$kind") ;;
      esac
      if [ "$other" != "$all" ]; then
        for key in $other; do [ "$key" = task ] || echo "$kind $group.$key"; done
      elif [ -z "$is_first" ]; then
        echo "$kind $group.$chooser"
      fi
      is_first=
    done
  done
}

# plain FILE: a text without what differs between equal runs: folders, times and speeds.
plain() {
  sed -E "s#$work/cases/[0-9a-f]*(-[0-9])?#HERE#g"'
    s/[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.]+Z?/DATE/g
    s/"(min|median|max|estimated_gb|peak_gb)":[0-9.e-]+/"\1":N/g
    s/[0-9.]+ (samples|images)\/s/N \1\/s/g
    s/[0-9]+ batches/N batches/
    s/at [0-9]+ % efficiency/at N % efficiency/
    s/("?[a-zA-Z]*[sS]econds"?) ?: ?[0-9.e-]+/\1: T/g
    s/\b[0-9]+(\.[0-9]+)? ?(ns|us|ms|s|min|h|seconds?|minutes?)\b/T/g
    s/\b[0-9]+(:[0-9]{2})+\b/T/g' "$1"
}

# What a command has done, in the folder of its case. Of a run's folder, the records of its configuration, environment
# and inputs are left out; TensorBoard's file tells times, and notes of weights repeat the configuration.
effects() {
  local file
  sed 's/^/exit code /' ../code
  plain ../out | sed 's/^/out: /'
  plain ../err | sed 's/^/err: /'
  find . -mindepth 1 ! -type d ! -path ./d | sort | while read -r file; do
    case $file in
      */config.yaml | */environment.json | */data.json | */lock | */tensorboard/* | */report.html | \
        */.ramit-restored.jsonl) echo "$file" ;;
      */checkpoints/*.safetensors | */weights/*.safetensors)
        echo "$file $(header "$file" | sed -E 's/"__metadata__":\{,*("([^"\\]|\\.)*"[:,]*)*\}//' | cksum) \
$(tensors "$file" | cksum)" ;;
      *.json | *.jsonl | *.log | *.html | *.svg | *.md | *.csv | *.yaml | *.txt)
        echo "$file $(plain "$file" | cksum)" ;;
      *) echo "$file $(cksum < "$file")" ;;
    esac
  done
}

# observe CASE: runs the command in the file of this name, and writes what it does.
observe() {
  local case=$work/cases/$1
  set +eu
  mkdir -p "$case.folder/here" && cd "$case.folder/here" && ln -s "$work/data" d
  (eval "$(< "$case")") > ../out 2> ../err < /dev/null
  echo $? > ../code
  effects > "$case.effects"
  cd / && rm -rf "$case.folder"
}

# case_of COMMAND [NUMBER]: sets its case, and lets it run if it is new.
case_of() {
  chosen=$(md5sum <<< "$1" | cut -c 1-12)-${2:-1}
  [ -e "$work/cases/$chosen" ] || { echo "$1" > "$work/cases/$chosen"; echo "$chosen" >> "$work/queue"; }
}

# failure NAME TEXT
failure() {
  echo "$script: $1: $2" >&2
  failures=$((failures + 1))
}
failures=0

keys > "$work/keys" &
listing=$!
# In a condition errors would not end it.
(cd "$work/data" && make_inputs) > "$work/made" 2>&1 &
wait $! || broken "the inputs cannot be made: $(tail -n 3 "$work/made")"
wait $listing || broken "the keys cannot be listed"
ramit --experimental-dump-help | awk -f "$here/options.awk" > "$work/options"
for list in options keys; do
  sort "$work/$list" | uniq -d > "$work/twice"
  [ ! -s "$work/twice" ] || broken "listed twice: $(tr '\n' ' ' < "$work/twice")"
done
all_options=$(wc -l < "$work/options") all_keys=$(wc -l < "$work/keys")
[ "$all_options" -ge 100 ] && [ "$all_keys" -ge 100 ] || broken "$all_options options and $all_keys keys are too few"

# The tables, each row a line of three parts, with what stands for several commands written out.
for list in options keys; do
  awk -F ' :: ' -v list="$work/$list" '
    /^#/ || !NF { next }
    NF != 3 { print "malformed\t" $0; next }
    { if ($3 ~ /^\+ /) $3 = $2 substr($3, 2) }
    $1 ~ /^\* / {
      option = substr($1, 3)
      while ((getline name < list) > 0)
        if (name == option || substr(name, length(name) - length(option)) == " " option) {
          path = substr(name, 1, length(name) - length(option) - 1)
          if (path == ".") path = ""
          base = $2; changed = $3
          gsub(/PATH/, path, base); gsub(/PATH/, path, changed)
          print name "\t" base "\t" changed
        }
      close(list)
      next
    }
    { print $1 "\t" $2 "\t" $3 }' "$here/$list.txt"
done > "$work/rows"
cut -f 1 "$work/rows" | sort > "$work/named"
sort "$work/options" "$work/keys" > "$work/listed"
while read -r name; do failure "$name" "no row"; done < <(comm -13 "$work/named" "$work/listed")
while read -r name; do failure "$name" "no such option or key"; done < <(comm -23 "$work/named" "$work/listed")
while read -r name; do failure "$name" "two rows"; done < <(uniq -d "$work/named")

# Keys and their documentation name each other: docs/TRAINING.md in a table, docs/MODELS.md those of other networks.
grep -oE '^\| `[a-zA-Z.]+`' "$docs/TRAINING.md" | tr -d '|` ' | sort -u > "$work/documented"
while read -r name; do
  key=${name##* }
  # "As above" in the table.
  grep -qxF "${key/validation.degradations./train.degradations.}" "$work/documented" ||
    { [[ $name == *" model."* ]] && grep -qF "\`${key##*.}\`" "$docs/MODELS.md"; } ||
    failure "$name" "not in the documentation"
done < "$work/keys"
while read -r key; do
  grep -qE "(^| )$key(\.|\$)" "$work/keys" || failure "$key" "in the documentation, but no such key"
done < "$work/documented"

: > "$work/queue"
while IFS=$'\t' read -r name base changed; do
  [[ $name =~ $pattern ]] || continue
  case_of "$base"
  case_of "$base" 2
  case_of "$changed"
done < "$work/rows"
# shellcheck disable=SC2046
export -f $(compgen -A function)
xargs -P 2 -n 1 timeout -k 5 120 bash -c 'observe "$0"' < "$work/queue" || true

dead=0
while IFS=$'\t' read -r name base changed; do
  [[ $name =~ $pattern ]] || continue
  case_of "$base" && one=$work/cases/$chosen
  case_of "$changed" && other=$work/cases/$chosen
  wrong=
  for effects in "$one.effects" "$other.effects"; do
    if [ ! -s "$effects" ]; then
      wrong="no end of: $(< "${effects%.effects}")"
    elif [ "$(head -n 1 "$effects")" != "exit code 0" ]; then
      wrong="fails: $(< "${effects%.effects}"): $(grep -m 2 '^err: ' "$effects")"
    fi
  done
  if [ -n "$wrong" ]; then
    failure "$name" "$wrong"
  elif ! cmp -s "$one.effects" "${one%1}2.effects"; then
    failure "$name" "differs when repeated: $base: $(diff "$one.effects" "${one%1}2.effects" | grep -m 2 '^[<>]')"
  elif cmp -s "$one.effects" "$other.effects"; then
    failure "$name" "dead: no difference between '$base' and '$changed'"
    dead=$((dead + 1))
  fi
done < "$work/rows"

[ -z "$pattern" ] || decided $((failures > 0)) "of the rows that match '$pattern', $failures fail"
[ $failures = 0 ] || decided 1 "$all_options options and $all_keys keys, $dead dead, $failures failures: VIOLATED"
decided 0 "$all_options options and $all_keys keys, $dead dead: proved"
