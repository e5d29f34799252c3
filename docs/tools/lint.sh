#!/usr/bin/env bash
# Lints what `swift format` does not: prints each finding as FILE:LINE: what is wrong, and exits with 1 if there is one.
set -uo pipefail
cd "$(dirname "$0")/../.."
export LC_ALL=C.UTF-8
findings=$(mktemp)
trap 'rm -f "$findings"' EXIT

# Files that people read: no test data.
list() {
  git ls-files --cached --others --exclude-standard -- "$@" | grep -v '/Fixtures/.*[^y]$'
}
markdown() { list '*.md'; }

# A file with what Markdown shows as it stands (tables, and code in blocks) as empty lines.
prose() {
  awk '/^```/ { fence = !fence; print ""; next } fence || /^(    |\t)/ || /^ *\|/ { print ""; next } { print }' "$1"
}

# Lines over 120 columns.
long='^.{121,}'
list '*.swift' '*.c' '*.h' '*.sh' '*.bash' '*.awk' '*.py' '*.yaml' '*.cff' '*.modulemap' Makefile '.ci/*' |
  xargs -d '\n' grep -nP "$long" /dev/null | sed -E 's/^([^:]+:[0-9]+):.*/\1: over 120 columns/' >> "$findings"
markdown | while read -r file; do
  prose "$file" | grep -nP "$long" | sed -E "s|^([0-9]+):.*|$file:\1: over 120 columns|"
done >> "$findings"

# Words that have given way to the field's own (docs/tools/former-words.txt). Former configuration keys, which are still
# read, lie in the files named FormerNames; the documentation puts them into backquotes.
words=$(grep -v '^#' docs/tools/former-words.txt | paste -sd '|')
list '*.swift' '*.md' '*.yaml' '*.sh' '*.py' Makefile | grep -v 'FormerNames' |
  xargs -d '\n' grep -noP "$words" /dev/null |
  sed -E 's/^([^:]+:[0-9]+):(.*)/\1: not a word of ours: \2/' >> "$findings"

# Paths and links in the documentation that lead nowhere.
markdown | while read -r file; do
  prose "$file" | grep -noP '(?<=`)(Sources|Tests|docs|configs|datasets)/[\w/.+-]+(?=`)|(?<=\]\()[^)#:]+(?=[)#])' |
    while IFS=: read -r line path; do
      [ -e "$path" ] || [ -e "$(dirname "$file")/$path" ] || echo "$file:$line: no such file: $path"
    done
done >> "$findings"

# The version stands in Product.swift; two files that other programs read repeat it.
version=$(sed -nE 's/.*static let version = "(.*)"/\1/p' Sources/*/Product.swift)
grep -qx "version: $version" CITATION.cff || echo "CITATION.cff:1: the version is not $version" >> "$findings"
grep -m 1 '^## \[' CHANGELOG.md | grep -qF "[$version]" ||
  echo "CHANGELOG.md:1: the newest version is not $version" >> "$findings"

# The lines of Swift that the README shows are those of an example, which is compiled and tested.
example=$(sed -n '/^import/,$p' Sources/Examples/TrainingExample/main.swift | sed 's/^\(.\)/    \1/')
[[ $(< README.md) == *"$example"* ]] ||
  echo "README.md:1: its model is not that of Sources/Examples/TrainingExample/main.swift" >> "$findings"

# The picture of the floors.
swift package dump-package | swift docs/tools/floors.swift | cmp -s - docs/floors.svg ||
  echo "docs/floors.svg:1: out of date; make floors draws it" >> "$findings"

sort -u "$findings"
[ ! -s "$findings" ]
