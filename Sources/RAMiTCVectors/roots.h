#ifndef CVECTORS_ROOTS_H
#define CVECTORS_ROOTS_H

/* Square roots by the processor's instruction alone, of vectors too. Swift's own call sqrtf where a number is negative,
   to set errno, which takes every vector apart into lanes. */
static inline float cvectors_root(float value) { return __builtin_elementwise_sqrt(value); }
static inline double cvectors_root_double(double value) { return __builtin_elementwise_sqrt(value); }

/* 8 and 16 floats, in place. */
static inline void cvectors_roots_8(float *values) {
  typedef float cvectors_8 __attribute__((vector_size(32), aligned(4)));
  *(cvectors_8 *)values = __builtin_elementwise_sqrt(*(cvectors_8 *)values);
}
static inline void cvectors_roots_16(float *values) {
  typedef float cvectors_16 __attribute__((vector_size(64), aligned(4)));
  *(cvectors_16 *)values = __builtin_elementwise_sqrt(*(cvectors_16 *)values);
}

#endif
