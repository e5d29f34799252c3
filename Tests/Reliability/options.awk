# The help of a program of Swift Argument Parser, as --experimental-dump-help prints it: one "COMMAND --option" or
# "COMMAND <argument>" a line; the program itself is ".". The keys of an object come in alphabetical order.
/"preferredName" : \{/ { isPreferred = 1 }
isPreferred && /"name" : / { preferred = "--" text($0); isPreferred = 0 }
/"valueName" : / {
  pending[++count] = preferred != "" ? preferred : "<" text($0) ">"
  preferred = ""
}
/"commandName" : / {
  match($0, /[^ ]/)
  level = (RSTART - 5) / 4
  names[level] = text($0)
  path = level == 0 ? "." : names[1]
  for (i = 2; i <= level; i++) path = path " " names[i]
  for (i = 1; i <= count; i++) print path, pending[i]
  count = 0
}
function text(line) {
  sub(/^[^:]*: "/, "", line)
  sub(/",?$/, "", line)
  return line
}
