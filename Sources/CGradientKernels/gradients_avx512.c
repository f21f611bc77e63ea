#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,fma"))), apply_to = function)
#define LANES 16
#define TABLE ck_gradients_avx512
#define TABLE_NAME "avx512"
#include "templates/table.inc"
#pragma clang attribute pop
#endif
