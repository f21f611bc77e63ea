// The _INITs as values, for those who cannot read macros: the library itself.
#include "u2net.h"

#define DEFAULT(name, init) \
  static inline name name##_default(void) { \
    name value = init; \
    return value; \
  }

DEFAULT(u2net_detector_options, U2NET_DETECTOR_OPTIONS_INIT)
DEFAULT(u2net_detector_info, U2NET_DETECTOR_INFO_INIT)
DEFAULT(u2net_picture, U2NET_PICTURE_INIT)
DEFAULT(u2net_photo, U2NET_PHOTO_INIT)
DEFAULT(u2net_options, U2NET_OPTIONS_INIT)
DEFAULT(u2net_verdict, U2NET_VERDICT_INIT)

#undef DEFAULT
