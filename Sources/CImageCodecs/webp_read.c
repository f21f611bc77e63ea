// WebP decoding of still pictures, from memory.

#include "CImageCodecs.h"

#include <stdio.h>
#include <webp/decode.h>

static cic_status fail(VP8StatusCode status, char *message) {
  const char *reason = "the image data breaks the format's rules";
  cic_status result = CIC_CORRUPT;
  switch (status) {
  case VP8_STATUS_OUT_OF_MEMORY:
    reason = "not enough memory";
    result = CIC_NO_MEMORY;
    break;
  case VP8_STATUS_UNSUPPORTED_FEATURE:
    reason = "a feature that libwebp does not know";
    result = CIC_UNSUPPORTED;
    break;
  case VP8_STATUS_NOT_ENOUGH_DATA:
  case VP8_STATUS_SUSPENDED:
    reason = "the file ends too early";
    break;
  default:
    break;
  }
  snprintf(message, CIC_MESSAGE_SIZE, "%s", reason);
  return result;
}

cic_status cic_webp_header(const uint8_t *bytes, size_t count, cic_header *header, char *message) {
  WebPBitstreamFeatures features;
  VP8StatusCode status = WebPGetFeatures(bytes, count, &features);
  if (status != VP8_STATUS_OK) return fail(status, message);
  if (features.has_animation) {
    snprintf(message, CIC_MESSAGE_SIZE, "it is an animation, not a picture");
    return CIC_UNSUPPORTED;
  }
  header->width = (uint32_t)features.width;
  header->height = (uint32_t)features.height;
  header->channels = features.has_alpha ? 4 : 3;
  header->bit_depth = 8;
  return CIC_OK;
}

cic_status cic_webp_pixels(const uint8_t *bytes, size_t count, uint32_t width, uint32_t height, int channels,
                           uint8_t *pixels, size_t size, char *message) {
  WebPDecoderConfig config;
  if (!WebPInitDecoderConfig(&config)) return fail(VP8_STATUS_UNSUPPORTED_FEATURE, message);
  VP8StatusCode status = WebPGetFeatures(bytes, count, &config.input);
  if (status != VP8_STATUS_OK) return fail(status, message);
  if ((uint32_t)config.input.width != width || (uint32_t)config.input.height != height) {
    config.options.use_scaling = 1;
    config.options.scaled_width = (int)width;
    config.options.scaled_height = (int)height;
  }
  config.output.colorspace = channels == 4 ? MODE_RGBA : MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA.rgba = pixels;
  config.output.u.RGBA.stride = (int)width * channels;
  config.output.u.RGBA.size = size;
  status = WebPDecode(bytes, count, &config);
  WebPFreeDecBuffer(&config.output);
  return status == VP8_STATUS_OK ? CIC_OK : fail(status, message);
}
