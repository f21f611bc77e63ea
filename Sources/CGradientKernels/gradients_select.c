#include "CGradientKernels.h"
#include <string.h>

extern const ck_gradient_kernels ck_gradients_avx512, ck_gradients_avx2, ck_gradients_portable, ck_gradients_wide;

const ck_gradient_kernels *ck_gradients_named(const char *name) {
  static const ck_gradient_kernels *const all[] = {
#if defined(__x86_64__)
      &ck_gradients_avx512, &ck_gradients_avx2,
#endif
      &ck_gradients_portable, &ck_gradients_wide,
  };
  if (!ck_named(name)) return 0;  // Which of them this processor can run is known there.
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    if (strcmp(all[i]->name, name) == 0) return all[i];
  return 0;
}
