#ifndef CIC_JPEG_TAIL_H
#define CIC_JPEG_TAIL_H

#include <stddef.h>
#include <stdint.h>

/// How many bytes of a JPEG there are without zeros and a phone's data at its end. What stands in place of the end mark
/// must not be taken for image data: then libjpeg says whether some are missing.
size_t count_without_tail(const uint8_t *bytes, size_t count);

#endif
