// Faults that programs could have, for self-test.sh: preloaded into the program, it does wrong what FAULT names.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static int is(const char *fault) {
  const char *name = getenv("FAULT");
  return name && !strcmp(name, fault);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

int fsync(int descriptor) {
  struct stat status;
  if (is("no-fsync") && !fstat(descriptor, &status) && S_ISREG(status.st_mode)) return 0;
  if (is("no-folder-fsync") && !fstat(descriptor, &status) && S_ISDIR(status.st_mode)) return 0;
  // Memory, descriptors, threads: what is never given back.
  static void *volatile lost;  // Or the compiler sees that nobody reads it.
  if (is("leak-memory")) lost = memset(malloc(50000), 1, 50000);
  if (is("leak-descriptors")) (void)!dup(descriptor);
  return REAL(fsync)(descriptor);
}

int rename(const char *from, const char *to) {
  if (is("slow-rename")) {
    // The bytes come under the new name in sixteen pieces, and then all is as it should be.
    char bytes[1 << 16];
    struct stat status;
    size_t piece = stat(from, &status) ? 1 : (size_t)status.st_size / 16 + 1;
    if (piece > sizeof bytes) piece = sizeof bytes;
    int input = open(from, O_RDONLY), output = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    for (ssize_t count; input >= 0 && output >= 0 && (count = read(input, bytes, piece)) > 0;) {
      (void)!REAL(write)(output, bytes, (size_t)count);
      usleep(1000);
    }
    if (input >= 0) close(input);
    if (output >= 0) close(output);
  }
  return REAL(rename)(from, to);
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
  ssize_t done = REAL(write)(descriptor, bytes, count);
  if (done < 0 && errno == ENOSPC && is("no-errors")) return (ssize_t)count;
  return done;
}

int flock(int descriptor, int operation) { return is("no-lock") ? 0 : REAL(flock)(descriptor, operation); }

void (*signal(int number, void (*handler)(int)))(int) {
  if (is("deaf") && number != SIGPIPE) return SIG_DFL;
  return REAL(signal)(number, handler);
}

void _exit(int code) {
  if (is("slow-exit")) sleep(3);
  REAL(_exit)(code);
  __builtin_unreachable();
}
