#!/usr/bin/env bash
# run.sh PROGRAM: the small ones of the scripts beside it, in some minutes; CI runs it.
set -euo pipefail
here=$(dirname "$0")
"$here/compare.sh" "$1" 6
"$here/refusals.sh" "$1"
"$here/kills.sh" "$1" 2
