#pragma once
#include <stdint.h>

// How maps lie in memory, and parts of them. Legend: L lanes of a vector; a map of C channels is stored as ⌈C/L⌉ blocks, each
// H×W pixels of L channels (block b, row y, column x, lane l is channel b·L + l); lanes beyond C are zero. "Planar" is one
// channel: H×W floats. A block of several images holds one image's pixels after the other's.

/// Linear interpolation between samples a and b: a + (b − a)·weight.
typedef struct {
  int32_t a, b;
  float weight;
} ck_tap;

/// height × width pixels of a map whose rows have map_width pixels, from row y and column x on.
typedef struct {
  int32_t map_width, y, x, height, width;
} ck_window;
