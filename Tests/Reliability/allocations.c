/* Preloaded by allocations.sh: the RAMIT_FAIL-th allocation from a library of images, or from the program's own C,
   fails. A mark at RAMIT_FAILED says that it was reached. Swift's own allocations come from its runtime, and are left
   alone. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *(*next_malloc)(size_t), *(*next_calloc)(size_t, size_t), *(*next_realloc)(void *, size_t);
static void (*next_free)(void *);
static long wanted;
static atomic_long count;
static _Thread_local int is_inside;

/* dlsym itself may allocate. */
static char early[65536];
static size_t early_size;

static void *take_early(size_t size) {
  size = (size + 15) / 16 * 16;
  if (early_size + size > sizeof early) abort();
  early_size += size;
  return early + early_size - size;
}

static int is_early(void *memory) { return (char *)memory >= early && (char *)memory < early + sizeof early; }

static void begin(void) {
  is_inside = 1;
  next_malloc = dlsym(RTLD_NEXT, "malloc");
  next_calloc = dlsym(RTLD_NEXT, "calloc");
  next_realloc = dlsym(RTLD_NEXT, "realloc");
  const char *text = getenv("RAMIT_FAIL");
  wanted = text ? atol(text) : 0;
  is_inside = 0;
}

static int fails(void *caller) {
  if (!wanted || is_inside) return 0;
  is_inside = 1;
  Dl_info info;
  int found = 0;
  if (dladdr(caller, &info) && info.dli_fname) {
    const char *name = strrchr(info.dli_fname, '/');
    name = name ? name + 1 : info.dli_fname;
    static const char *const libraries[] = {"libpng", "libjpeg", "libtiff", "libwebp", "libz.so", "ramit"};
    for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++) {
      found |= !strncmp(name, libraries[i], strlen(libraries[i]));
    }
  }
  int result = found && atomic_fetch_add(&count, 1) + 1 == wanted;
  const char *mark = getenv("RAMIT_FAILED");
  if (result && mark) {
    int file = open(mark, O_WRONLY | O_CREAT, 0666);
    if (file >= 0) close(file);
  }
  is_inside = 0;
  if (result) errno = ENOMEM;
  return result;
}

/* Whether the caller is dlsym, before there is anything to call. */
static int is_early_call(void) {
  if (next_realloc) return 0;
  if (is_inside) return 1;
  begin();
  return 0;
}

void *malloc(size_t size) {
  if (is_early_call()) return take_early(size);
  return fails(__builtin_return_address(0)) ? NULL : next_malloc(size);
}

void *calloc(size_t number, size_t size) {
  if (is_early_call()) return memset(take_early(number * size), 0, number * size);
  return fails(__builtin_return_address(0)) ? NULL : next_calloc(number, size);
}

void *realloc(void *memory, size_t size) {
  if (is_early(memory)) {
    void *moved = malloc(size);
    return moved ? memcpy(moved, memory, size) : NULL;
  }
  if (is_early_call()) return take_early(size);
  return fails(__builtin_return_address(0)) ? NULL : next_realloc(memory, size);
}

void free(void *memory) {
  if (is_early(memory)) return;
  if (!next_free) next_free = dlsym(RTLD_NEXT, "free");
  next_free(memory);
}
