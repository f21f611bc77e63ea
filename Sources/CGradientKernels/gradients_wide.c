// The sixteen-lane kernels without AVX-512, as in CKernels.
#define LANES 16
#define TABLE ck_gradients_wide
#define TABLE_NAME "wide"
#include "templates/table.inc"
