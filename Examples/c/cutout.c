// Cuts the object out of a photo, in C.
//
//     gcc cutout.c $(pkg-config --cflags --libs u2net) -o cutout
//
// $ cutout Examples/photos/coffee.png cup.png
// > decode
// > detect
// > render
// > encode
// > Examples/photos/coffee.png: an object of 48 % of the photo; cup.png is written
#include <stdio.h>
#include <stdlib.h>
#include <u2net.h>

static void check(u2net_status status) {
  if (status == U2NET_OK) return;
  fprintf(stderr, "%s\n", u2net_error());
  exit(1);
}

static int32_t tell(void *names, int32_t step) { return puts(((const char **)names)[step]) < 0; }

int main(int count, char **arguments) {
  if (count != 3) return fprintf(stderr, "usage: cutout PHOTO PNG\n"), 2;
  u2net_detector *detector;
  check(u2net_detector_create(NULL, &detector));

  const char *names[] = {"", "decode", "detect", "render", "encode"};
  u2net_photo photo = U2NET_PHOTO_INIT;
  photo.path = arguments[1];
  u2net_options options = U2NET_OPTIONS_INIT;
  options.wanted = U2NET_CUTOUT;
  options.format = U2NET_PNG;
  options.refine = U2NET_REFINE_GUIDED;
  options.crop = 1;
  options.margin = "5%";
  options.progress = tell;
  options.context = names;

  u2net_result *result;
  check(u2net_process(detector, &photo, &options, &result));
  u2net_verdict verdict = U2NET_VERDICT_INIT;
  check(u2net_result_verdict(result, &verdict));
  const void *bytes;
  size_t size;
  check(u2net_result_file(result, U2NET_CUTOUT, &bytes, &size));

  FILE *file = fopen(arguments[2], "wb");
  if (!file || fwrite(bytes, 1, size, file) != size || fclose(file)) return perror(arguments[2]), 1;
  printf("%s: an object of %.0f %% of the photo; %s is written\n", photo.path, 100 * verdict.coverage, arguments[2]);
  u2net_result_free(result);
  u2net_detector_free(detector);
  return 0;
}
