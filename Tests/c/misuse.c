// What no caller should do, and callers do: each is an error, and nothing ends, leaks or is read beyond its end.
//
// $ misuse
// > 13 of 13 calls are refused
#include <stdio.h>
#include <string.h>
#include <u2net.h>

static int refused, calls;

static void refuse(u2net_status status) {
  calls++;
  if (status != U2NET_OK && strlen(u2net_error()) > 0) refused++;
}

int main(void) {
  u2net_detector *detector = NULL;
  u2net_result *result = NULL;
  u2net_detector_options wrong = U2NET_DETECTOR_OPTIONS_INIT;
  wrong.model = "none";
  refuse(u2net_detector_create(&wrong, &detector));
  refuse(u2net_detector_create(NULL, NULL));
  refuse(u2net_process(NULL, NULL, NULL, &result));

  u2net_detector_options small = U2NET_DETECTOR_OPTIONS_INIT;
  small.input_size = 32;
  small.threads = 1;
  if (u2net_detector_create(&small, &detector) != U2NET_OK) return 1;
  unsigned char pixels[2 * 2 * 3] = {0};
  u2net_picture picture = U2NET_PICTURE_INIT;
  u2net_photo photo = U2NET_PHOTO_INIT;
  u2net_options options = U2NET_OPTIONS_INIT;
  picture.pixels = pixels;
  picture.width = picture.height = 2;
  refuse(u2net_process(detector, &photo, &options, &result));
  photo.picture = &picture;
  options.wanted = 1u << 31;
  refuse(u2net_process(detector, &photo, &options, &result));
  options.wanted = U2NET_COMPOSITE;
  refuse(u2net_process(detector, &photo, &options, &result));
  options.wanted = U2NET_MASK;
  options.min_hole = "\xff";
  refuse(u2net_process(detector, &photo, &options, &result));
  options.min_hole = NULL;
  picture.bytes_per_row = 1;
  refuse(u2net_process(detector, &photo, &options, &result));
  picture.bytes_per_row = 0;
  picture.size = 3;
  refuse(u2net_process(detector, &photo, &options, &result));
  picture.size = sizeof picture;

  // Two pixels by two are a photo, and its mask has no file.
  if (u2net_process(detector, &photo, &options, &result) != U2NET_OK) return 1;
  const void *bytes;
  size_t count;
  refuse(u2net_result_file(result, U2NET_MASK, &bytes, &count));
  refuse(u2net_result_picture(result, U2NET_CUTOUT, &picture));
  refuse(u2net_result_picture(result, U2NET_MASK, NULL));
  u2net_result_free(result);

  photo.picture = NULL;
  photo.bytes = "\x89PNG\r\n\x1a\n";
  photo.byte_count = 8;
  refuse(u2net_decode(&photo, NULL, &result));
  u2net_detector_free(detector);
  printf("%d of %d calls are refused\n", refused, calls);
  return 0;
}
