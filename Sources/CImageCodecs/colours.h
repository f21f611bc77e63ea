// Colour transforms for decoders.

#ifndef CIC_COLOURS_H
#define CIC_COLOURS_H

#include "CImageCodecs.h"

#include <lcms2.h>

/// From inverted CMYK (255 is no ink) of 8 bits to sRGB, to be deleted by `cmsDeleteTransform`; NULL if the profile is
/// none of CMYK.
cmsHTRANSFORM inks_to_srgb(const uint8_t *profile, size_t count);

#endif
