// WebP decoding, from memory: still pictures, and the first picture of animations.

#include "remarks.h"

#include <webp/decode.h>
#include <webp/demux.h>

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

/// The first picture of an animation, and where it is in the canvas of all.
typedef struct first_picture {
  WebPDemuxer *file;
  WebPIterator picture;
  uint32_t width, height;
} first_picture;

static int find_first_picture(const uint8_t *bytes, size_t count, first_picture *first) {
  WebPData data = {bytes, count};
  first->file = WebPDemux(&data);
  if (first->file == NULL) return 0;
  first->width = WebPDemuxGetI(first->file, WEBP_FF_CANVAS_WIDTH);
  first->height = WebPDemuxGetI(first->file, WEBP_FF_CANVAS_HEIGHT);
  const WebPIterator *picture = &first->picture;
  if (WebPDemuxGetFrame(first->file, 1, &first->picture)) {
    if (picture->x_offset >= 0 && picture->y_offset >= 0 && picture->width > 0 && picture->height > 0 &&
        (uint32_t)(picture->x_offset + picture->width) <= first->width &&
        (uint32_t)(picture->y_offset + picture->height) <= first->height) {
      return 1;
    }
    WebPDemuxReleaseIterator(&first->picture);
  }
  WebPDemuxDelete(first->file);
  return 0;
}

static void release(first_picture *first) {
  WebPDemuxReleaseIterator(&first->picture);
  WebPDemuxDelete(first->file);
}

cic_status cic_webp_header(const uint8_t *bytes, size_t count, cic_header *header, char *message) {
  WebPBitstreamFeatures features;
  VP8StatusCode status = WebPGetFeatures(bytes, count, &features);
  if (status != VP8_STATUS_OK) return fail(status, message);
  header->width = (uint32_t)features.width;
  header->height = (uint32_t)features.height;
  header->channels = features.has_alpha ? 4 : 3;
  header->bit_depth = 8;
  header->is_first_of_many = features.has_animation;
  if (features.has_animation) {
    first_picture first;
    if (!find_first_picture(bytes, count, &first)) return fail(VP8_STATUS_BITSTREAM_ERROR, message);
    // What the picture does not cover is transparent.
    int covers = (uint32_t)first.picture.width == first.width && (uint32_t)first.picture.height == first.height;
    header->width = first.width;
    header->height = first.height;
    header->channels = first.picture.has_alpha || !covers ? 4 : 3;
    release(&first);
  }
  return CIC_OK;
}

/// Where a transfer broke off and the file had its size already, its rest is zeros. Both kinds of pixels' data are codes that
/// zeros are valid in, and what they stand for looks like pixels. But an encoder's codes end where its data do, while the
/// zeros are too many or too few for the pixels that are left; too few is the decoder's own error.
enum {
  /// So many at the end are looked into; flat pictures have them, too.
  DOUBTFUL_ZEROS = 64,
  /// libwebp's own pictures need all but three.
  SPARE_BYTES = 8,
};

/// The codes of a still picture's pixels, without the headers before them, which say how long they are: NULL if there are none.
static const uint8_t *find_codes(const uint8_t *bytes, size_t count, size_t *length) {
  const size_t head = 8;
  for (size_t at = count >= 12 && memcmp(bytes, "RIFF", 4) == 0 ? 12 : 0; at < count && count - at >= head;) {
    const uint8_t *chunk = bytes + at;
    const size_t size = chunk[4] | (size_t)chunk[5] << 8 | (size_t)chunk[6] << 16 | (size_t)chunk[7] << 24;
    if (size > count - at - head) break;
    if (memcmp(chunk, "VP8 ", 4) == 0 || memcmp(chunk, "VP8L", 4) == 0) {
      *length = size;
      return chunk + head;
    }
    at += head + size + size % 2;
  }
  return NULL;
}

static size_t trailing_zeros(const uint8_t *bytes, size_t count) {
  size_t zeros = 0;
  while (zeros < count && bytes[count - 1 - zeros] == 0) zeros++;
  return zeros;
}

/// Decodes a still picture to rows of `width` pixels from `pixels` on.
static cic_status decode(const uint8_t *bytes, size_t count, WebPDecoderConfig *config, uint32_t width, int channels,
                         uint8_t *pixels, size_t size, char *message) {
  config->output.colorspace = channels == 4 ? MODE_RGBA : MODE_RGB;
  config->output.is_external_memory = 1;
  config->output.u.RGBA.rgba = pixels;
  config->output.u.RGBA.stride = (int)width * channels;
  config->output.u.RGBA.size = size;
  VP8StatusCode status = WebPDecode(bytes, count, config);
  size_t length;
  const uint8_t *codes = find_codes(bytes, count, &length);
  const size_t zeros = codes != NULL ? trailing_zeros(codes, length) : 0;
  if (status == VP8_STATUS_OK && zeros >= DOUBTFUL_ZEROS && WebPDecode(codes, length - zeros, config) != VP8_STATUS_OK) {
    // Some of the zeros were read as pixels. Where they are the picture's own, all of them were.
    if (WebPDecode(codes, length - SPARE_BYTES, config) == VP8_STATUS_OK) {
      WebPFreeDecBuffer(&config->output);
      snprintf(message, CIC_MESSAGE_SIZE, "its last %zu bytes of pixels are zero: they are missing", zeros);
      return CIC_CORRUPT;
    }
    status = WebPDecode(bytes, count, config);
  }
  WebPFreeDecBuffer(&config->output);
  return status == VP8_STATUS_OK ? CIC_OK : fail(status, message);
}

cic_status cic_webp_pixels(const uint8_t *bytes, size_t count, uint32_t width, uint32_t height, int channels,
                           uint8_t *pixels, size_t size, char *remarks, char *message) {
  WebPDecoderConfig config;
  if (!WebPInitDecoderConfig(&config)) return fail(VP8_STATUS_UNSUPPORTED_FEATURE, message);
  VP8StatusCode status = WebPGetFeatures(bytes, count, &config.input);
  if (status != VP8_STATUS_OK) return fail(status, message);
  if (config.input.has_animation) {
    first_picture first;
    if (!find_first_picture(bytes, count, &first)) return fail(VP8_STATUS_BITSTREAM_ERROR, message);
    cic_status result = CIC_CORRUPT;
    if (first.width == width && first.height == height && size == (size_t)width * height * (size_t)channels) {
      memset(pixels, 0, size);
      size_t start = ((size_t)first.picture.y_offset * width + (size_t)first.picture.x_offset) * (size_t)channels;
      result = decode(first.picture.fragment.bytes, first.picture.fragment.size, &config, width, channels,
                      pixels + start, size - start, message);
      if (WebPDemuxGetI(first.file, WEBP_FF_FRAME_COUNT) > 1) {
        add_remark(remarks, "it is an animation; its first picture is used");
      }
    } else {
      snprintf(message, CIC_MESSAGE_SIZE, "an animation cannot be scaled");
    }
    release(&first);
    return result;
  }
  if ((uint32_t)config.input.width != width || (uint32_t)config.input.height != height) {
    config.options.use_scaling = 1;
    config.options.scaled_width = (int)width;
    config.options.scaled_height = (int)height;
  }
  return decode(bytes, count, &config, width, channels, pixels, size, message);
}
