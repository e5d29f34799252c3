#ifndef CVECTORS_PREFETCH_H
#define CVECTORS_PREFETCH_H

/* Asks for a cache line that will be read; Swift has no word for it. Any address is allowed. */
static inline void cvectors_prefetch(const void *address) { __builtin_prefetch(address, 0, 3); }

#endif
