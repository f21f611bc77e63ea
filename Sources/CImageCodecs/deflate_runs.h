// A quick DEFLATE encoder (RFC 1951) for filtered pixels.

#ifndef DEFLATE_RUNS_H
#define DEFLATE_RUNS_H

#include <stddef.h>
#include <stdint.h>

/// How many bytes `deflate_runs` needs room for at most.
size_t deflate_runs_bound(size_t count);

/// How many bytes of memory `deflate_runs` works in, whatever the input.
size_t deflate_runs_workspace(void);

/// Compresses `count` bytes to blocks none of which is the last, and an empty stored one that ends at a whole byte:
/// what follows in the same stream can be made apart. Returns how many bytes there are at `out`.
///
/// - `distance`, 1 to 8: a run repeats the bytes this far before.
/// - `workspace` is of `deflate_runs_workspace()` bytes, aligned as from malloc; its contents do not matter.
size_t deflate_runs(const uint8_t *in, size_t count, unsigned distance, uint8_t *out, void *workspace);

#endif
