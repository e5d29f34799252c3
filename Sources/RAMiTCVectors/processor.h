#ifndef CVECTORS_PROCESSOR_H
#define CVECTORS_PROCESSOR_H

#include <stdbool.h>

/* Which vector instructions the processor has; Swift has no words to ask it. /proc/cpuinfo is not asked, since it
   describes the machine below an emulator, and not every container has it. The compiler's library also asks whether the
   system saves the registers.

   Each question is for the instructions that compilers use with -march=x86-64-v3 and -v4. The names that every version
   of that library knows are enough: no processor has these and lacks the others of its level. */

static inline bool cvectors_has_avx2(void) {
#ifdef __x86_64__
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi") &&
         __builtin_cpu_supports("bmi2");
#else
  return false;
#endif
}

static inline bool cvectors_has_avx512(void) {
#ifdef __x86_64__
  return cvectors_has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
#else
  return false;
#endif
}

#endif
