// Vectors of four, which the compiler maps to what every processor of its kind has: SSE2 or NEON.
#define LANES 4
#define TABLE ck_gradients_portable
#define TABLE_NAME "portable"
#include "templates/table.inc"
