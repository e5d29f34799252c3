// What libFuzzer and AddressSanitizer offer without a header of their own, and a call of Linux that Swift does not see.
#include <stddef.h>
#include <stdint.h>

/// Runs libFuzzer with the flags of a command line.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*run)(const uint8_t *data, size_t size));

/// Changes bytes at random; returns how many there are then, at most max_size.
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

/// Calls functions after each allocation and before each release.
int __sanitizer_install_malloc_and_free_hooks(
    void (*allocated)(const volatile void *, size_t), void (*released)(const volatile void *));

/// Bytes that the allocator gave for this memory.
size_t __sanitizer_get_allocated_size(const volatile void *memory);

/// A file in memory.
int memfd_create(const char *name, unsigned flags);
