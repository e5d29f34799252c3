# Reads what strace -f -y writes of a program, and checks the order in which files below `folder` are written:
#   a new file is created under a hidden name, written, made durable (fsync), given its name (rename), and then the
#   folder is made durable (fsync), before the program ends and before an earlier file in the folder is removed;
#   no file with a name of its own is opened to be emptied or overwritten.
# Files that grow (opened with O_APPEND) and locks are not replaced, so only their fsync is asked for: once after the
# last bytes. Prints "files NUMBER", and "violation ..." for each; events of several threads are taken in their order.

function violate(text) { print "violation " text }

function parent(path) { sub(/\/[^\/]*$/, "", path); return path }

function is_temporary(path) { return path ~ /\/\.[^\/]*\.tmp[^\/]*$/ }

# The path of the descriptor that is the first argument.
function of_descriptor(line) {
  if (!match(line, /\([0-9]+<[^>]*>/)) return ""
  line = substr(line, RSTART, RLENGTH - 1)
  sub(/^\([0-9]+</, "", line)
  sub(/ \(deleted\)$/, "", line)
  return line
}

# The text in quotation marks with this number.
function quoted(line, number,  parts) {
  split(line, parts, "\"")
  return parts[2 * number]
}

function absolute(path) { return path ~ /^\// ? path : current "/" path }

function is_ours(path) { return path == folder || index(path, folder "/") == 1 }

{
  process = $1
  line = $0
  # Another thread has come between: both halves are put together at the end of the call.
  if (line ~ /<unfinished \.\.\.>$/) {
    sub(/ *<unfinished \.\.\.>$/, "", line)
    half[process] = line
    next
  }
  if (line ~ /<\.\.\. [a-z0-9_]+ resumed>/) {
    rest = line
    sub(/^.*resumed>/, "", rest)
    line = half[process] rest
  }
  if (line !~ /^[0-9]+ +[a-z0-9_]+\(/) next
  call = line
  sub(/^[0-9]+ +/, "", call)
  sub(/\(.*/, "", call)
  failed = line ~ /= -1 E[A-Z]+ /
}

failed { next }

call == "openat" || call == "open" || call == "creat" {
  path = absolute(quoted(line, 1))
  if (!is_ours(path)) next
  if (line ~ /O_TRUNC/ || call == "creat") violate(path " is emptied when it is opened")
  if (line ~ /O_APPEND/) grows[path] = 1
  if (line ~ /O_CREAT/ && line ~ /O_EXCL/) { fresh[path] = 1; dirty[path] = 1 }
}

call == "write" || call == "pwrite64" || call == "writev" || call == "pwritev" || call == "ftruncate" {
  path = of_descriptor(line)
  if (path == "" || !is_ours(path)) next
  if (!(path in fresh) && !(path in grows)) violate(path " is written where it stands")
  dirty[path] = 1
}

call == "fsync" || call == "fdatasync" {
  path = of_descriptor(line)
  delete dirty[path]
  delete waiting[path]
}

call ~ /^rename/ {
  from = absolute(quoted(line, 1))
  to = absolute(quoted(line, 2))
  if (!is_ours(to)) next
  if (from in dirty) violate(to " gets its name before its bytes are durable")
  # What was there under a name already is set aside; its bytes were durable then.
  if (from in fresh) { files++; if (!is_temporary(from)) violate(from " had a name before it was whole") }
  delete fresh[from]
  delete dirty[from]
  waiting[parent(to)] = to
}

call ~ /^unlink/ {
  path = absolute(quoted(line, 1))
  if (!is_ours(path)) next
  if (!is_temporary(path) && parent(path) in waiting)
    violate(path " is removed before the name of " waiting[parent(path)] " is durable")
  delete fresh[path]
  delete dirty[path]
}

END {
  for (path in waiting) if (is_ours(waiting[path])) violate(waiting[path] ": its folder is not durable at the end")
  for (path in fresh) {
    if (is_temporary(path)) violate(path " is left")
    else violate(path " is written under its name from the first byte on")
  }
  for (path in dirty) if (path in grows) violate(path ": its last bytes are not durable at the end")
  print "files " files + 0
}
