// The sixteen-lane kernels without AVX-512, so that they can be tested where it is missing. Slower than "portable"; only
// used when asked for by name.
#define LANES 16
#define ROWS1 16
#define ROWS2 14
#define TABLE ck_wide
#define TABLE_NAME "wide"
#include "templates/table.inc"
