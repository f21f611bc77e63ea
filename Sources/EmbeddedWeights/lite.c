#include "EmbeddedWeights.h"

// Part of the executable, so that the default model is found wherever the executable or the library goes.
#pragma clang diagnostic ignored "-Wc23-extensions"
_Alignas(64) static const unsigned char weights[] = {
#embed "../../Weights/u2net-lite.safetensors"
};

const void *u2net_lite_weights(void) { return weights; }

size_t u2net_lite_weights_size(void) { return sizeof weights; }
