#!/usr/bin/env bash
# slow-disk.sh PROGRAM [MEGABYTES]: trains RAMiT x2 with batches of 16 on a disk that writes so many megabytes a second
# (5), with a checkpoint after every tenth iteration (11 MB, and 4 MB of weights), and prints the share of the time for
# which steps have waited. Fails when it is more than 3.5 %. Where ten steps take hardly longer than the disk needs for
# what they save, steps have to wait for it, and nothing is proved: skipped. The disk is an ext4 on a loop device,
# throttled by the kernel's control groups (blkio): it takes root, and is reported as skipped otherwise. RAMIT_FULL=1
# takes 100 iterations, not 40.
set -euo pipefail
program=$(realpath "$1")
rate=${2:-5}
iterations=$([ "${RAMIT_FULL:-}" = 1 ] && echo 100 || echo 40)
project=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d) device= group=/sys/fs/cgroup/blkio/ramit-slow-disk-$$

clean() {
  [ -z "$device" ] || umount "$work/disk" || true
  [ ! -d "$group" ] || rmdir "$group" || true
  rm -rf "$work"
}
trap clean EXIT

skip() {
  echo "slow-disk: skipped: $*"
  exit 0
}

truncate -s 256M "$work/image"
mkfs.ext4 -q "$work/image" || skip "no mkfs.ext4"
mkdir "$work/disk"
mount -o loop "$work/image" "$work/disk" 2> /dev/null || skip "no loop device can be mounted here"
device=$(losetup -j "$work/image" | cut -d : -f 1)
mkdir "$group" 2> /dev/null || skip "no control group for the disk can be made here"
echo "$(cat "/sys/block/${device##*/}/dev") $((rate * 1000000))" > "$group/blkio.throttle.write_bps_device"

# in_group COMMAND...: its writes are throttled.
in_group() { sh -c 'echo $$ > "$0/cgroup.procs" && exec "$@"' "$group" "$@"; }

begin=$(date +%s%N)
in_group dd if=/dev/zero of="$work/disk/test" bs=1M count=10 conv=fsync status=none
disk=$((($(date +%s%N) - begin) / 1000000))
rm "$work/disk/test"

schedule="{iterations: $iterations, epochs: null, warmupEpochs: null, warmupIterations: 0, milestones: []}"
in_group "$program" train "$project/configs/x2/RAMiT.yaml" --quiet --output "$work/disk/run" \
  --set 'data.train={type: procedural, name: null, repeat: 1, samplesPerEpoch: 1600, patch: 64, batch: 16}' \
  --set 'data.validation={type: none, name: null}' --set "schedule=$schedule" \
  --set 'checkpoints={everyIterations: 10, keep: 2}'
record=$work/disk/run/environment.json
value() { grep -oE "\"$1\" ?: ?[0-9.e+-]+" "$record" | tail -n 1 | grep -oE '[0-9.e+-]+$'; }
awk -v waited="$(value secondsWaited)" -v seconds="$(value seconds)" \
  -v iterations="$iterations" -v disk="$disk" 'BEGIN {
  share = 100 * waited / seconds
  # A save has 15 MB.
  busy = 100 * 1.5 * disk / 1000 / (seconds / iterations * 10)
  printf "slow-disk: 10 MB took %.1f s there; steps waited %.2f s of %.1f s for %d saves: %.2f %%; the disk was busy " \
    "for %.0f %%\n", disk / 1000, waited, seconds, iterations / 10, share, busy
  if (busy > 80) { print "slow-disk: skipped: ten steps take no longer than what they save"; exit }
  exit share > 3.5
}'
