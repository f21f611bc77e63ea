// The vector vocabulary, written once for every instruction set with the compiler's vector types: including files define
// LANES, and the target attribute around them decides what the operators compile to. Products that are summed contract
// to fused multiply-adds where the target has them.
#pragma once
#include "CKernels.h"
#include <math.h>

// Vectors wider than the target's registers are passed between functions here only, and those are inlined.
#pragma clang diagnostic ignored "-Wpsabi"

#define INLINE static inline __attribute__((always_inline))
/// Floats of a cache line.
#define LINE 16
#define UNROLL _Pragma("clang loop unroll(full)")
/// Of a loop whose turn fills the registers: two turns at once would keep sums on the stack. scripts/check-spills looks for it.
#define ROLLED _Pragma("clang loop unroll(disable)")

/// LANES floats, and the same as loaded from memory aligned for one float only.
typedef float V __attribute__((ext_vector_type(LANES)));
typedef int32_t Mask __attribute__((ext_vector_type(LANES)));
typedef float Unaligned __attribute__((ext_vector_type(LANES), aligned(4), may_alias));

INLINE V load(const float *p) { return *(const Unaligned *)p; }
INLINE void store(float *p, V x) { *(Unaligned *)p = x; }
/// Past the caches; p is aligned as a vector. Complete lines only are fast. `ck_streamed` makes it visible to other threads.
INLINE void stream(float *p, V x) { __builtin_nontemporal_store(x, (V *)p); }
/// Asks for a cache line: into the second-level cache, for the first one has fewer requests under way than memory needs.
INLINE void fetch(const float *p) { __builtin_prefetch(p, 0, 2); }
INLINE V all(float x) { return (V)x; }
/// Lane by lane: x, or floor where x < floor. A NaN stays. One instruction where it is written like this.
INLINE V at_least(V x, V floor) { return floor > x ? floor : x; }
/// The larger of two, NaN if either is.
INLINE V larger(V a, V b) {
  V larger = a > b ? a : b;
  return a != a ? a : larger;
}
