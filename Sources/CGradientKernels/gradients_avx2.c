#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define LANES 8
#define TABLE ck_gradients_avx2
#define TABLE_NAME "avx2"
#include "templates/table.inc"
#pragma clang attribute pop
#endif
