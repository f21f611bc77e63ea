/*
 * Finds the object that a picture is about, and cuts it out.
 *
 *     u2net_detector *detector;
 *     u2net_detector_create(NULL, &detector);
 *
 *     u2net_photo photo = U2NET_PHOTO_INIT;
 *     photo.path = "mug.jpg";
 *     u2net_options options = U2NET_OPTIONS_INIT;
 *     options.wanted = U2NET_CUTOUT;
 *     options.format = U2NET_PNG;
 *     u2net_result *result;
 *     if (u2net_process(detector, &photo, &options, &result) != U2NET_OK) puts(u2net_error());
 *
 * Every function may be called from any thread, and a detector by several at the same time. Whatever it is given, none ends the
 * program; what it cannot work with is an error. Strings are UTF-8 that ends with 0; paths may be any bytes.
 *
 * Structs say first how large they are, so that fields can be added at their end: begin with their _INIT. NULL in place of options
 * are the _INIT's.
 */
#ifndef U2NET_H
#define U2NET_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a call came to. */
typedef int32_t u2net_status;
enum {
  U2NET_OK = 0,
  U2NET_INVALID = 1,       /* an argument, or a combination of them, cannot be heeded */
  U2NET_UNREADABLE = 2,    /* a photo's or a weight file's bytes, or there are none */
  U2NET_FAILED = 3,        /* nothing can be made of this photo so: there is no object to frame, say */
  U2NET_OUT_OF_MEMORY = 4, /* the machine has less, or the process may take less */
  U2NET_CANCELLED = 5      /* as the progress function wished */
};

/* The library's version: "1.2.3". */
const char *u2net_version(void);

/* Why the last call of this thread that failed did, in words that name what it is about; "" if none did. Valid until the thread's
   next call. */
const char *u2net_error(void);

/* The name of a published model, from 0 on; NULL after the last. */
const char *u2net_model(size_t index);

/* ------------------------------------------------------------------------------------------------ Detectors */

/* A network that is ready to look at photos. */
typedef struct u2net_detector u2net_detector;

enum { U2NET_PREPROCESS_REMBG = 0, U2NET_PREPROCESS_AUTHORS = 1 };
enum { U2NET_NORMALIZE_MINMAX = 0, U2NET_NORMALIZE_SIGMOID = 1 };

typedef struct u2net_detector_options {
  size_t size;
  const char *model;        /* one of u2net_model, or rembg's name for it; NULL: lite, or with weights what they say themselves */
  const char *weights_path; /* a file: safetensors, ONNX or PyTorch; NULL: the model's, lite built in, the others in the cache */
  const void *weights;      /* the bytes of such a file, which are needed during the call only */
  size_t weights_size;
  const char *cache;     /* folder of downloaded weights; NULL: U2NET_CACHE or ~/.cache/u2net */
  const char *clothes;   /* of the model cloth what is object: "upper", "lower" or "full"; NULL: all */
  int32_t threads;       /* in all; 0: as many as the process may use cores */
  int32_t photos_at_once; /* that are worked on at the same time, each with its share of the threads; further callers wait */
  int32_t input_size;    /* side of the square that the network sees, 32 to 2048 pixels; 0: what it was trained for */
  int32_t preprocessing; /* U2NET_PREPROCESS_... */
  int32_t normalization; /* U2NET_NORMALIZE_...: whether grey values are stretched to the full range */
  int32_t flip, zoom;    /* further looks: at the mirrored photo, at the found object enlarged */
  int32_t side_outputs;  /* whether the six maps beside the prediction are computed */
} u2net_detector_options;

#define U2NET_DETECTOR_OPTIONS_INIT \
  {sizeof(u2net_detector_options), NULL, NULL, NULL, 0, NULL, NULL, 0, 1, 0, U2NET_PREPROCESS_REMBG, U2NET_NORMALIZE_MINMAX, 0, 0, 0}

/* Reads and prepares a network. */
u2net_status u2net_detector_create(const u2net_detector_options *options, u2net_detector **detector);

/* Ends a detector that no call uses any more; NULL is none. */
void u2net_detector_free(u2net_detector *detector);

typedef struct u2net_detector_info {
  size_t size;
  const char *network;    /* what its structure is called; valid as long as the detector */
  uint64_t parameters;    /* trained values */
  int32_t input_size;     /* side of the square that it sees, in pixels */
  int32_t threads;        /* that work on one photo */
  int32_t photos_at_once; /* as many as there is memory for, too */
  int32_t maps;           /* 1, or 7 with the side outputs */
} u2net_detector_info;

#define U2NET_DETECTOR_INFO_INIT {sizeof(u2net_detector_info), NULL, 0, 0, 0, 0, 0}

/* What a detector is. */
u2net_status u2net_detector_describe(const u2net_detector *detector, u2net_detector_info *info);

/* ------------------------------------------------------------------------------------------------ Photos */

/* Samples of a pixel in the order of memory; x means nothing. */
enum {
  U2NET_GRAY = 1,
  U2NET_GRAY_ALPHA = 2,
  U2NET_RGB = 3,
  U2NET_BGR = 4,
  U2NET_RGBA = 5,
  U2NET_BGRA = 6,
  U2NET_RGBX = 7,
  U2NET_BGRX = 8
};

/* Pixels in memory: rows from the top, alpha not premultiplied. */
typedef struct u2net_picture {
  size_t size;
  const void *pixels;
  int32_t width, height;
  size_t bytes_per_row; /* from a row's beginning to the next one's; 0: rows follow each other without a gap */
  int32_t layout;       /* U2NET_RGB, ... */
  int32_t bits;         /* of a sample: 8, or 16 in the machine's byte order */
} u2net_picture;

#define U2NET_PICTURE_INIT {sizeof(u2net_picture), NULL, 0, 0, 0, U2NET_RGB, 8}

/* A photo: one of a file, a file's bytes (JPEG, PNG, WebP), and pixels. They must stay during the call. */
typedef struct u2net_photo {
  size_t size;
  const char *path;
  const void *bytes;
  size_t byte_count;
  const u2net_picture *picture;
  const char *name; /* what to call it in messages; NULL: the path, or "photo" */
} u2net_photo;

#define U2NET_PHOTO_INIT {sizeof(u2net_photo), NULL, NULL, 0, NULL, NULL}

/* ------------------------------------------------------------------------------------------------ Results */

/* What can be made of a photo. */
enum {
  U2NET_MASK = 1,          /* grey, of the photo's size: white where the object is */
  U2NET_CUTOUT = 2,        /* RGBA: the object on transparency */
  U2NET_COMPOSITE = 4,     /* the object on the background of the options */
  U2NET_PROBABILITIES = 8, /* the network's maps as they are */
  U2NET_PICTURE = 16       /* what u2net_decode and u2net_encode make; not to be wanted */
};

/* How results are handed out. */
enum { U2NET_PIXELS = 0, U2NET_PNG = 1, U2NET_JPEG = 2, U2NET_WEBP = 3 };

enum { U2NET_REFINE_NONE = 0, U2NET_REFINE_GUIDED = 1 };

/* Of alpha matting: as rembg's; within 2 levels of 255 of it on average, and in large photos in a quarter to a half of the time. */
enum { U2NET_MATTING_NONE = 0, U2NET_MATTING_EXACT = 1, U2NET_MATTING_FAST = 2 };

/* What is about to be done: in this order, the last two for each result. */
enum { U2NET_STEP_DECODE = 1, U2NET_STEP_DETECT = 2, U2NET_STEP_RENDER = 3, U2NET_STEP_ENCODE = 4 };

/* Called before each step by the thread that called; anything but 0 cancels. */
typedef int32_t (*u2net_progress)(void *context, int32_t step);

typedef struct u2net_options {
  size_t size;
  uint32_t wanted;      /* U2NET_MASK | ...; 0: only what u2net_result_verdict says */
  int32_t format;       /* U2NET_PIXELS, ... */
  uint64_t pixel_limit; /* photos and results with more pixels are refused; 0: 256 million */

  /* From the network's mask to alpha, in the order in which it is done. */
  int32_t post_process;         /* rembg's clean-up: smooth, then black or white only */
  int32_t refine;               /* U2NET_REFINE_...: whether edges follow the photo's */
  int32_t matting;              /* U2NET_MATTING_...: alpha of soft edges is solved for, going by these three: */
  int32_t foreground_threshold; /* above it a mask's grey is object for sure, 0 to 255 */
  int32_t background_threshold; /* below it, background */
  int32_t erosion;              /* pixels by which both shrink then, 0 to 1000 */
  const char *levels;           /* "BLACK,WHITE[,GAMMA]", per cent; NULL: as it is */
  const char *min_region;       /* smaller parts are removed: "PIXELS" or "SHARE%"; NULL: none */
  const char *min_hole;         /* smaller holes are filled */
  double grow;                  /* pixels, negative to shrink */
  double threshold;             /* 0 to 1: white from there on, else black; negative: none */
  double feather;               /* sigma in pixels of a Gaussian that softens edges */

  /* From alpha to a picture of the object. */
  int32_t keep_colors;    /* whether soft edges keep what they have of the background */
  const char *background; /* of composites: "#RRGGBB", "R,G,B", "white", "black", "blur:SIGMA" or a picture's file */
  int32_t crop, square;   /* the photo is cut to the object; the result is square */
  int32_t canvas_width, canvas_height; /* a size that the object is fitted into; 0, 0: none */
  const char *margin;                  /* around a framed object: "PIXELS" or "SHARE%"; NULL: none */
  int32_t no_enlarging;                /* whether a canvas shows the object at most as large as the photo */

  /* To a file's bytes, or a mask's samples. */
  int32_t mask_bits;   /* 8 or 16 */
  int32_t compression; /* of PNG, 0 to 9 */
  int32_t quality;     /* of JPEG and WebP, 1 to 100 */
  int32_t lossless;    /* of WebP */
  int32_t drop_exif;   /* whether camera, time and place are left out */

  u2net_progress progress; /* NULL: nobody is told */
  void *context;           /* for progress */
} u2net_options;

#define U2NET_OPTIONS_INIT \
  {sizeof(u2net_options), U2NET_MASK, U2NET_PIXELS, 0, 0, U2NET_REFINE_NONE, 0, 240, 10, 10, NULL, NULL, NULL, 0, -1, 0, \
   0, NULL, 0, 0, 0, 0, NULL, 0, 8, 1, 92, 0, 0, NULL, NULL}

/* What has been made; it stays as it is until it is freed, whatever becomes of the detector. */
typedef struct u2net_result u2net_result;

/* Looks at a photo and makes what is wanted of it. */
u2net_status u2net_process(
  const u2net_detector *detector, const u2net_photo *photo, const u2net_options *options, u2net_result **result);

/* Reads a photo's pixels, upright, in the bits and channels that it has; of the options its pixel limit counts. */
u2net_status u2net_decode(const u2net_photo *photo, const u2net_options *options, u2net_result **result);

/* Writes pixels as a file's bytes, in the format of the options. */
u2net_status u2net_encode(const u2net_picture *picture, const u2net_options *options, u2net_result **result);

/* The pixels of one result, which are the result's: of U2NET_MASK, U2NET_CUTOUT, ... where the format was U2NET_PIXELS. */
u2net_status u2net_result_picture(const u2net_result *result, uint32_t what, u2net_picture *picture);

/* The bytes of a file, where the format was one. They are the result's. */
u2net_status u2net_result_file(const u2net_result *result, uint32_t what, const void **bytes, size_t *count);

/* The network's probabilities, 0 to 1, row by row at the network's size: of the prediction, 0, or of a side output, 1 (finest) to
   6. They are the result's. */
u2net_status u2net_result_probabilities(
  const u2net_result *result, int32_t map, const float **values, int32_t *width, int32_t *height);

enum { U2NET_NO_OBJECT = 0, U2NET_OBJECT = 1, U2NET_OBJECT_TOUCHES_BORDER = 2 };

/* What a photo is about. */
typedef struct u2net_verdict {
  size_t size;
  int32_t finding;       /* U2NET_OBJECT, ... */
  int32_t width, height; /* of the upright photo, in pixels */
  int32_t x, y, box_width, box_height; /* of the object; all 0 if there is none */
  double coverage;       /* share of the photo that is object, 0 to 1 */
  double confidence;     /* mean probability of what is object, 0 to 1 */
} u2net_verdict;

#define U2NET_VERDICT_INIT {sizeof(u2net_verdict), 0, 0, 0, 0, 0, 0, 0, 0, 0}

/* What the network says of the photo. */
u2net_status u2net_result_verdict(const u2net_result *result, u2net_verdict *verdict);

/* What is odd about a photo that did not fail, line by line; "" if nothing is. It is the result's. */
const char *u2net_result_remarks(const u2net_result *result);

/* NULL is none. */
void u2net_result_free(u2net_result *result);

#ifdef __cplusplus
}
#endif

#endif
