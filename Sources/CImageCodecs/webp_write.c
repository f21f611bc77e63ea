// WebP encoding to memory.

#include "CImageCodecs.h"

#include <stdio.h>
#include <webp/encode.h>

static cic_status fail(WebPEncodingError error, char *message) {
  switch (error) {
  case VP8_ENC_ERROR_OUT_OF_MEMORY:
  case VP8_ENC_ERROR_BITSTREAM_OUT_OF_MEMORY:
    return CIC_NO_MEMORY;
  case VP8_ENC_ERROR_BAD_DIMENSION:
    snprintf(message, CIC_MESSAGE_SIZE, "a side of a WebP has at most %d pixels", WEBP_MAX_DIMENSION);
    return CIC_UNSUPPORTED;
  case VP8_ENC_ERROR_PARTITION0_OVERFLOW:
  case VP8_ENC_ERROR_PARTITION_OVERFLOW:
  case VP8_ENC_ERROR_FILE_TOO_BIG:
    snprintf(message, CIC_MESSAGE_SIZE, "the picture is too large for a WebP of this quality");
    return CIC_UNSUPPORTED;
  default:
    snprintf(message, CIC_MESSAGE_SIZE, "libwebp's error %d", (int)error);
    return CIC_UNSUPPORTED;
  }
}

cic_status cic_webp_encode(const uint8_t *pixels, uint32_t width, uint32_t height, int channels,
                           const cic_webp_options *options, uint8_t **out, size_t *out_count, char *message) {
  message[0] = '\0';
  WebPConfig config;
  WebPPicture picture;
  if (!WebPConfigInit(&config) || !WebPPictureInit(&picture)) return fail(VP8_ENC_ERROR_INVALID_CONFIGURATION, message);
  // libwebp looks at sides only after it took memory for them.
  if (width > WEBP_MAX_DIMENSION || height > WEBP_MAX_DIMENSION) return fail(VP8_ENC_ERROR_BAD_DIMENSION, message);
  config.lossless = options->lossless;
  config.quality = options->quality;
  config.method = options->method;
  config.exact = options->exact;
  config.thread_level = options->threads > 1;
  // Trying filters for alpha takes a third of the time, and for cut-outs ends with none.
  config.alpha_filtering = 0;
  picture.use_argb = options->lossless;
  picture.width = (int)width;
  picture.height = (int)height;

  WebPMemoryWriter writer;
  WebPMemoryWriterInit(&writer);
  picture.writer = WebPMemoryWrite;
  picture.custom_ptr = &writer;
  int stride = (int)width * channels;
  int done = channels == 4 ? WebPPictureImportRGBA(&picture, pixels, stride)
                           : WebPPictureImportRGB(&picture, pixels, stride);
  done = done && WebPEncode(&config, &picture);
  WebPEncodingError error = done ? VP8_ENC_OK : picture.error_code;
  WebPPictureFree(&picture);
  if (!done) {
    WebPMemoryWriterClear(&writer);
    return fail(error, message);
  }
  *out = writer.mem;
  *out_count = writer.size;
  return CIC_OK;
}

void cic_webp_free(void *pointer) { WebPFree(pointer); }
