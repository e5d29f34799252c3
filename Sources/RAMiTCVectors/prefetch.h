#ifndef CVECTORS_PREFETCH_H
#define CVECTORS_PREFETCH_H

/* Asks for a cache line that will be read, into the second cache: the first holds what is worked on. Swift has no word
   for it. Any address is allowed. */
static inline void cvectors_prefetch(const void *address) { __builtin_prefetch(address, 0, 2); }

#endif
