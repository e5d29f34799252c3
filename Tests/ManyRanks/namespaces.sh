#!/usr/bin/env bash
# namespaces.sh PROGRAM: trains on hosts that are network namespaces of this machine, joined by a switch, over TCP;
# fails unless the bytes are those of one process. Then one of four hosts loses its link: all ranks must end within half
# a minute. It needs root, ip and unshare.
set -euo pipefail
program=$(realpath "$1")
. "$(dirname "$0")/common.sh"
limit=30

name=ranks$$
hosts=("$name"-{0..3})
clean() {
  local host
  for host in "${hosts[@]}" "$name-switch"; do
    ip netns pids "$host" 2> /dev/null | xargs -r kill -9
    ip netns del "$host" 2> /dev/null || true
    rm -rf "/etc/netns/$host"
  done
  rm -rf "$work"
}
trap clean EXIT

ip netns add "$name-switch"
ip -n "$name-switch" link add switch type bridge
ip -n "$name-switch" link set switch up
for i in "${!hosts[@]}"; do
  host=${hosts[i]}
  ip netns add "$host"
  ip link add eth0 netns "$host" type veth peer name "port$i" netns "$name-switch"
  ip -n "$name-switch" link set "port$i" master switch up
  ip -n "$host" addr add "10.77.0.$((i + 1))/24" dev eth0
  ip -n "$host" link set eth0 up
  ip -n "$host" link set lo up
  mkdir -p "/etc/netns/$host"
  { echo 127.0.0.1 localhost; for j in "${!hosts[@]}"; do echo "10.77.0.$((j + 1)) ${hosts[j]}"; done; } \
    > "/etc/netns/$host/hosts"
done

# What launchers take for ssh: AGENT [OPTION...] HOST COMMAND...
cat > "$work/agent" <<'END'
#!/bin/bash
while [[ $1 == -* ]]; do shift; done
host=$1
shift
exec ip netns exec "$host" unshare --uts -- bash -c 'hostname "$0"; exec bash -c "$1"' "$host" "$*"
END
chmod +x "$work/agent"

# on COUNT PARTS FOLDER [OPTION...]: trains with a rank on each of so many hosts.
on() {
  local count=$1 parts=$2 folder=$3 list options
  shift 3
  case ${launcher[0]} in
    *mpich)
      list=$(IFS=,; echo "${hosts[*]:0:count}")
      # UCX would take shared memory, which namespaces do not part.
      options=(-launcher ssh -launcher-exec "$work/agent" -hosts "$list" -env UCX_TLS tcp -env UCX_NET_DEVICES eth0)
      ;;
    *)
      list=$(IFS=,; echo "${hosts[*]/%/:1}" | cut -d , -f "1-$count")
      options=(
        -H "$list" --map-by node --mca plm_rsh_agent "$work/agent" --mca plm_rsh_no_tree_spawn 1
        --mca oob_tcp_if_include 10.77.0.0/24 --mca btl_tcp_if_include 10.77.0.0/24 --mca btl tcp,self --mca pml ob1
        --mca oob_tcp_keepalive_time 3 --mca oob_tcp_keepalive_intvl 2 --mca oob_tcp_keepalive_probes 3)
      ;;
  esac
  timeout -k 10 600 ip netns exec "${hosts[0]}" unshare --uts -- bash -c 'hostname "$0"; exec "$@"' "${hosts[0]}" \
    "${launcher[@]}" "${options[@]}" -n "$count" "$program" train "$here/run.yaml" \
    --set "gradients.accumulate=$parts" --output "$folder" "$@"
}

train 1 6 "$work/whole" --quiet
for count in 2 4; do
  on $count 6 "$work/$count" --quiet
  same "$work/$count" "$work/whole" "$count hosts"
  echo "$count hosts: the bytes of one process"
done

code=0
on 4 6 "$work/lost" --set data.train.samplesPerEpoch=20000 > "$work/out" 2>&1 &
job=$!
sleep 5
grep -q "4 ranks on 4 hosts" "$work/out" || fail "the run has not begun: $(cat "$work/out")"
ip -n "$name-switch" link set port2 down
start=$SECONDS
while kill -0 $job 2> /dev/null || pgrep -f -- "--output $work/lost" > /dev/null; do
  [ $((SECONDS - start)) -le $limit ] ||
    fail "still there $limit s after a link was lost: $(pgrep -af -- "--output $work/lost"); $(tail -20 "$work/out")"
  sleep 0.2
done
wait $job || code=$?
[ $code != 0 ] || fail "a link was lost, and the exit code is 0"
own=$(basename "$program")
grep -q "^$own: rank " "$work/out" || fail "a link was lost, and no rank says a word: $(tail -20 "$work/out")"
echo "a lost link: all ended after $((SECONDS - start)) s with code $code:"
grep -a "^$own: " "$work/out"
