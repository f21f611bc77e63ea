#include "CKernels.h"
#include <string.h>

extern const ck_kernels ck_avx512, ck_avx2, ck_portable, ck_wide;

/// Fastest first.
static const ck_kernels *available(int32_t index) {
  const ck_kernels *found[4];
  int32_t count = 0;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw"))
    found[count++] = &ck_avx512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) found[count++] = &ck_avx2;
#endif
  found[count++] = &ck_portable;
  found[count++] = &ck_wide;
  return index < count ? found[index] : 0;
}

const char *ck_name(int32_t index) {
  const ck_kernels *kernels = available(index);
  return kernels ? kernels->name : 0;
}

const ck_kernels *ck_named(const char *name) {
  for (int32_t i = 0; available(i); i++)
    if (strcmp(available(i)->name, name) == 0) return available(i);
  return 0;
}
