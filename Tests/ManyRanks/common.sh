# For the scripts beside it, which set `program`: the launcher of the MPI that it was built with, and comparisons.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
  echo "ManyRanks: $*" >&2
  exit 1
}

case $(ldd "$program") in
  *libmpich*) launcher=(mpiexec.mpich -bind-to none) other=mpirun.openmpi ;;
  *libmpi*) launcher=(mpirun.openmpi --oversubscribe --bind-to none --mca mpi_yield_when_idle 1) other=mpiexec.mpich ;;
  *) fail "$program has no MPI; make build MPI=1 makes one that has" ;;
esac
# As root, Open MPI wants to be asked twice.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
# Threads that spin while they wait for processors that others need would take the time of minutes.
export OMP_NUM_THREADS=1

# ranks COUNT ARGUMENT...: the program on so many ranks; one is a process without a launcher. It never runs for ever.
ranks() {
  local count=$1
  shift
  if [ "$count" = 1 ]; then
    timeout -k 10 600 "$program" "$@"
  else
    timeout -k 10 600 "${launcher[@]}" -n "$count" "$program" "$@"
  fi
}

# train COUNT PARTS FOLDER [OPTION...]
train() {
  local count=$1 parts=$2 folder=$3
  shift 3
  ranks "$count" train "$here/run.yaml" --set "gradients.accumulate=$parts" --output "$folder" "$@"
}

# same FOLDER FOLDER WHAT: fails unless two runs have the same weights and metrics, byte for byte.
same() {
  local file
  for file in metrics.jsonl weights/last.safetensors weights/best.safetensors; do
    cmp "$1/$file" "$2/$file" || fail "$3: $file differs"
  done
}
