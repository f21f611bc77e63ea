// Vectors of four, which the compiler maps to what every processor of its kind has: SSE2 or NEON.
#define LANES 4
#if defined(__aarch64__)
#define ROWS1 16  // 32 registers.
#define ROWS2 12
#else
#define ROWS1 12
#define ROWS2 6
#endif
#define TABLE ck_portable
#define TABLE_NAME "portable"
#include "templates/table.inc"
