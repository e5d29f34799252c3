#!/usr/bin/env bash
# diskfull.sh PROGRAM [train|restore]: trains and restores photos, or one of both, on disks (tmpfs) of 5 sizes (full:
# 50), from too small for anything to large enough. Then one write after another fails with ENOSPC, and one fsync,
# rename and close after another with EIO, by strace (twelve of each command; full: all). The program must end with 0,
# or with 1 and one line for the run or for each photo; nothing unfinished may have the name of a result; once there is
# space it continues, and ends with the bytes of the run that nothing has disturbed.
if [ "${RELIABILITY_OWN_MOUNTS:-}" = "" ] && command -v unshare > /dev/null; then
  # Mounts of its own, without being root.
  if unshare -rm true 2> /dev/null; then RELIABILITY_OWN_MOUNTS=1 exec unshare -rm "$0" "$@"; fi
fi
. "$(dirname "$0")/common.sh"
needs_strace
needs unshare mount
disk=$work/disk
mkdir "$disk"
trap 'umount "$disk" 2> /dev/null || true; clean' EXIT
mount -t tmpfs -o size=64m tmpfs "$disk" 2> /dev/null || skip "no tmpfs can be mounted here, not even in a namespace"
sizes=$(size 5 50)
parts=(train restore)
[ $# = 0 ] || parts=("$1")

# A tmpfs for a run that is compared has the same name, so that runs are equal to the last byte of their state.
whole_toy "$work/whole" --set schedule.epochs=1
"$program" data synthesize --task x2 --count 4 --width 64 --height 64 --output "$work/set" > /dev/null
photos=$work/set/LR_bicubic/X2
weights=$work/whole/weights/best.safetensors
restore=(restore "$photos" --weights "$weights" --quiet)
train=(train "$here/toy.yaml" --quiet --resume --set schedule.epochs=1)
limited "$program" "${restore[@]}" --output "$work/restored" || broken "photos are not restored"

# ended CODE MOST WHAT: lines of the program where the code is 1, at most so many, none where it is 0; no other code.
ended() {
  local code=$1 most=$2 lines others
  lines=$(grep -c "^$called: " "$work/err") || true
  others=$(grep -vc "^$called: " "$work/err") || true
  if [ "$code" = 0 ] && [ "$lines$others" = 00 ]; then return 0; fi
  if [ "$code" = 1 ] && [ "$lines" -ge 1 ] && [ "$lines" -le "$most" ] && [ "$others" = 0 ]; then return 0; fi
  violation "$3: expected code 0, or 1 with 1 to $most lines, found $code and: $(head -n 3 "$work/err")"
  return 1
}

# checked_photos WHAT: each that is there is whole.
checked_photos() {
  local photo
  while read -r photo; do
    cmp -s "$photo" "$work/restored/${photo##*/}" || violation "$1: half of ${photo##*/} is there"
  done < <(find "$disk/out" -name '*.png' ! -name '.*' 2> /dev/null)
}

# checked_checkpoints WHAT: each has all the bytes that its size is to have.
checked_checkpoints() {
  local file
  while read -r file; do
    [ "$(stat -c %s "$file")" -gt 400000 ] || violation "$1: half of ${file##*/} is there"
  done < <(find "$disk/out/checkpoints" -name 'iteration-*' 2> /dev/null)
}

# attempt WHICH WHAT COMMAND...: the command, which the disk disturbs, and what comes after once there is space.
done=0 refused=0
attempt() {
  local which=$1 what="$1 $2" code=0 most=1 before after problem
  shift 2
  # A line for each photo that is not restored, and one for the record of them.
  [ "$which" = train ] || most=5
  done=$((done + 1))
  limited "$@" > "$work/out" 2> "$work/err" || code=$?
  [ $code = 0 ] || refused=$((refused + 1))
  before=$(newest "$disk/out")
  ended $code $most "$what" || return 0
  mount -o remount,size=64m "$disk"
  if [ "$which" = train ]; then
    checked_checkpoints "$what"
    code=0
    limited "$program" "${train[@]}" --output "$disk/out" > "$work/out" 2>&1 || code=$?
    [ $code = 0 ] || { violation "$what: resumed with space, it ends with $code: $(cat "$work/out")" && return 0; }
    after=$(grep -o 'resumed after iteration [0-9]*' "$disk/out/train.log" | tail -n 1 | tr -dc 0-9) || true
    [ "$(echo "$before" | tr -dc 0-9 | sed 's/^0*//')" = "$after" ] ||
      violation "$what: ${before:-no checkpoint} was there, and it resumed after iteration ${after:-0}"
    problem=$(unlike "$disk/out" "$work/whole")
    [ -z "$problem" ] || violation "$what: $problem"
  else
    checked_photos "$what"
    code=0
    limited "$program" "${restore[@]}" --output "$disk/out" > "$work/out" 2>&1 || code=$?
    [ $code = 0 ] || { violation "$what: with space, it ends with $code: $(cat "$work/out")" && return 0; }
    problem=$(diff -r -x '.ramit*' "$disk/out" "$work/restored" 2>&1; unfinished "$disk/out")
    [ -z "$problem" ] || violation "$what: $problem"
  fi
}

fresh_disk() {
  umount "$disk"
  mount -t tmpfs -o "size=$1" tmpfs "$disk"
}

for number in $(seq "$sizes"); do
  for part in "${parts[@]}"; do
    # Up to 3 MB, of which the run takes 2.6 at its end; photos take less.
    kilobytes=$((8 + 3000 * number / sizes)) command=("${train[@]}")
    if [ "$part" = restore ]; then kilobytes=$((4 + 76 * number / sizes)) command=("${restore[@]}"); fi
    fresh_disk "${kilobytes}k"
    attempt "$part" "on $kilobytes kB" "$program" "${command[@]}" --output "$disk/out"
  done
  progress "$number" "$sizes"
done
[ $refused -gt $((sizes * ${#parts[@]} / 4)) ] || broken "only $refused of $done disks were too small"

# failing WHICH COMMAND...: each call that works in the output folder fails once, in a run of its own.
failing() {
  local which=$1 call number error step place=0 all
  shift
  fresh_disk 64m
  limited strace -f -y -o "$work/trace" "$program" "$@" --output "$disk/out" > "$work/out" 2>&1 ||
    broken "$which does not run under strace"
  points "$disk/out" "$work/trace" write fsync rename close > "$work/points"
  all=$(wc -l < "$work/points")
  step=1
  is_full || step=$((all / 12 + 1))
  while read -r _ call number; do
    place=$((place + 1))
    [ $(((place + RANDOM % step) % step)) = 0 ] || continue
    error=EIO
    [ "$call" != write ] || error=ENOSPC
    fresh_disk 64m
    attempt "$which" "with $error at $call number $number" strace -f -o /dev/null -e "trace=$call" \
      -e "inject=$call:error=$error:when=$number" "$program" "$@" --output "$disk/out"
    progress $place "$all"
  done < "$work/points"
}
for part in "${parts[@]}"; do
  case $part in
    train) failing train "${train[@]}" ;;
    restore) failing restore "${restore[@]}" ;;
    *) broken "expected train or restore, found $part" ;;
  esac
done
verdict $done "full or failing disks: 0, or 1 with a line, and the same bytes once there is space ($refused refused)"
