#!/usr/bin/env bash
# race.sh PROGRAM [COUNT]: COUNT times (4; full: 50), two trainings start at the same moment in one folder that does not
# exist yet. Exactly one trains, to the bytes of a run alone; the other ends with 1 and one line. Every second time both
# have --resume. Then two programs restore the same photos into one folder at the same moment: afterwards each photo is
# there and whole, a program that has not restored all says which in one line each, and a third one finds nothing to do.
. "$(dirname "$0")/common.sh"
count=$(size 4 50 "${1:-}")

whole_toy "$work/whole" --set schedule.epochs=1
"$program" data synthesize --task x2 --count 6 --width 48 --height 48 --output "$work/set" > /dev/null
photos=$work/set/LR_bicubic/X2
restore=(restore "$photos" --weights "$work/whole/weights/best.safetensors" --quiet)
limited "$program" "${restore[@]}" --output "$work/alone" || broken "photos are not restored"

# together ARGUMENT...: two programs at the same moment; sets codes.
together() {
  local number processes=()
  rm -f "$work/go"
  for number in 0 1; do
    (
      until [ -e "$work/go" ]; do :; done
      exec timeout -k 10 600 "$program" "$@" > "$work/out-$number" 2> "$work/err-$number"
    ) &
    processes+=($!)
  done
  sleep 0.05
  touch "$work/go"
  codes=()
  for number in 0 1; do
    codes[number]=0
    wait "${processes[number]}" || codes[number]=$?
  done
}

# lines FILE: prints the number of lines, or nothing where one of them is not of the program.
lines() {
  ! grep -qv "^$called: " "$1" || return 0
  wc -l < "$1"
}

for turn in $(seq "$count"); do
  folder=$work/run what="trainings, turn $turn" options=()
  [ $((turn % 2)) = 0 ] || options=(--resume)
  rm -rf "$folder"
  together train "$here/toy.yaml" --quiet --output "$folder" --set schedule.epochs=1 "${options[@]}"
  refused=1
  [ "${codes[0]}" = 0 ] || refused=0
  if [ "$((codes[0] + codes[1]))" != 1 ]; then
    violation "$what: the codes are ${codes[*]}: $(cat "$work"/err-[01])"
  elif [ "$(lines "$work/err-$refused")" != 1 ] ||
    ! grep -qE "expected a folder (that no other process trains in|without a run), found" "$work/err-$refused"; then
    violation "$what: the other one says: $(cat "$work/err-$refused")"
  else
    problem=$(unlike "$folder" "$work/whole")
    [ -z "$problem" ] || violation "$what: $problem"
  fi

  folder=$work/restored what="restorations, turn $turn"
  rm -rf "$folder"
  together "${restore[@]}" --output "$folder"
  for number in 0 1; do
    found=$(lines "$work/err-$number")
    case ${codes[number]}/$found in
      0/0 | 1/[1-6]) ;;
      *) violation "$what: code ${codes[number]} and: $(cat "$work/err-$number")" ;;
    esac
  done
  problem=$(diff -r -x '.ramit*' "$folder" "$work/alone" 2>&1; unfinished "$folder")
  [ -z "$problem" ] || violation "$what: $problem"
  code=0
  again=$(limited "$program" "${restore[@]/--quiet/--threads=1}" --output "$folder" 2>&1) || code=$?
  [[ $code$again == 0*"0 restored, 6 skipped"* ]] || violation "$what: a third one: code $code, $again"
  progress "$turn" "$count"
done
verdict "$((2 * count))" "pairs of programs in one new folder: one trains and one is refused, and photos are whole"
