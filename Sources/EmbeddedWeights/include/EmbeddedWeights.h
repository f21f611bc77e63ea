#pragma once
#include <stddef.h>

/// The lite weights as a safetensors file in memory, aligned to 64 bytes, valid for the life of the process.
const void *u2net_lite_weights(void);

/// Its size in bytes.
size_t u2net_lite_weights_size(void);
