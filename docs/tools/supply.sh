#!/usr/bin/env bash
# What the program stands on, and what it never does: prints a line for each check, and exits with 1 if one fails.
# Needs no network.
set -uo pipefail
cd "$(dirname "$0")/../.."
status=0

refuse() {
  echo "supply: $*"
  status=1
}

# 1. Decoders without known holes. Each library as pkg-config calls it, the first safe version, and the last hole that
# a file can reach before it.
upstream='
libpng 1.6.56 CVE-2026-33416
libjpeg 2.0.5 CVE-2020-13790
libtiff-4 4.7.1 CVE-2025-9900
libwebp 1.3.2 CVE-2023-4863
zlib 1.2.13 CVE-2022-37434
'
# Debian mends old versions and gives them numbers of its own: the release, the package, the first safe version, the
# last hole.
debian='
12 libpng16-16 1.6.39-2+deb12u6 CVE-2026-46675
12 libjpeg62-turbo 1:2.1.5-2 CVE-2020-13790
12 libtiff6 4.5.0-6+deb12u4 CVE-2026-4775
12 libwebp7 1.2.4-0.2+deb12u1 CVE-2023-4863
12 zlib1g 1:1.2.13.dfsg-1 CVE-2022-37434
'

release=$(. /etc/os-release 2>/dev/null && [ "${ID:-}" = debian ] && echo "${VERSION_ID:-}")
checked=
if [ -n "$release" ] && grep -q "^$release " <<< "$debian"; then
  while read -r _ package safe hole; do
    found=$(dpkg-query -W -f '${Version}' "$package" 2>/dev/null)
    if [ -z "$found" ]; then
      refuse "$package is not installed"
    elif dpkg --compare-versions "$found" lt "$safe"; then
      refuse "$package $found has a known hole, $hole; version $safe is safe"
    else
      checked="$checked, $package $found"
    fi
  done < <(grep "^$release " <<< "$debian")
else
  while read -r library safe hole; do
    [ -n "$library" ] || continue
    if ! found=$(pkg-config --modversion "$library" 2>/dev/null); then
      refuse "$library is not installed"
    elif [ "$(printf '%s\n' "$safe" "$found" | sort -V | head -n 1)" != "$safe" ]; then
      refuse "$library $found has a known hole, $hole, unless the distribution mended it; version $safe is safe"
    else
      checked="$checked, $library $found"
    fi
  done <<< "$upstream"
fi
[ -z "$checked" ] || echo "supply: decoders without a hole that is known here: ${checked#, }"

# Swift and C without comments.
code() {
  git ls-files --cached --others --exclude-standard -- "$@" | grep -E '\.(swift|c|h)$' |
    xargs -d '\n' grep -nE '' /dev/null | sed -E 's#(^|[^:])//.*#\1#'
}

# Refuses lines of code that have a pattern.
refuse_code() {
  local said=$1 unsaid=$2 pattern=$3
  shift 3
  local found
  found=$(code "$@" | grep -P "$pattern")
  if [ -n "$found" ]; then refuse "$unsaid:"$'\n'"$found"; else echo "supply: $said"; fi
}

# 2. No network: nothing speaks to another machine but MPI, which a build without it does not have.
network='import FoundationNetworking|\bURLSession\b|\bURL\(string:'
network+='|(?<![.\w])(?<!func )(socket|connect|bind|listen|getaddrinfo|gethostbyname|sendto|recvfrom)\('
refuse_code 'nothing uses the network' 'code that may use the network' "$network" Sources ':!Sources/RAMiTCMPI'

# 3. What reads files starts no program and loads no code.
readers='Diagnostics Files YAML TensorCore Imaging Serialization Datasets Experiments'
readers+=' CPNG CJPEG CTIFF CWebP CZlib CHEIF'
starts='\bProcess\(|\bdlopen\(|\bdlsym\(|(?<![.\w])(system|popen|fork|vfork|exec[lv]p?e?|posix_spawnp?)\('
starts+='|NSExpression|NSKeyedUnarchiver|JavaScriptCore'
# shellcheck disable=SC2046,SC2086
refuse_code 'no reader of files runs anything' 'a reader that may run something' "$starts" \
  $(printf 'Sources/RAMiT%s ' $readers)

# 4. A pickle makes only what these globals of data stand for; any other name is an opaque value.
globals='builtins.dict collections.Counter collections.OrderedDict collections.defaultdict __builtin__.dict
numpy._core.multiarray._reconstruct numpy.core.multiarray._reconstruct torch.Size torch._tensor._rebuild_from_type_v2
torch._utils._rebuild_device_tensor_from_cpu_tensor torch._utils._rebuild_meta_tensor_no_storage
torch._utils._rebuild_nested_tensor torch._utils._rebuild_parameter torch._utils._rebuild_parameter_with_state
torch._utils._rebuild_qtensor torch._utils._rebuild_sparse_tensor torch._utils._rebuild_tensor
torch._utils._rebuild_tensor_v2 torch._utils._rebuild_tensor_v3'
known=$(sed -nE '/^enum PickleGlobal/,/var opaqueKind/s/.*case .* = "(.*)"/\1/p' \
  Sources/RAMiTSerialization/PyTorch/PickleValue.swift | sort)
if difference=$(diff <(tr ' ' '\n' <<< "$globals" | sort) <(echo "$known")); then
  echo "supply: a pickle knows $(wc -l <<< "$known") globals, all of data"
else
  refuse "a pickle knows other globals than this script:"$'\n'"$difference"
fi
exit $status
