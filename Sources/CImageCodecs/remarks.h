// Room for remarks, filled one by one.

#ifndef CIC_REMARKS_H
#define CIC_REMARKS_H

#include "CImageCodecs.h"

#include <stdio.h>
#include <string.h>

/// Adds `text`, unless it is there already or `remarks` are full.
static inline void add_remark(char *remarks, const char *text) {
  if (strstr(remarks, text)) return;
  size_t used = strlen(remarks);
  if (used + strlen(text) + 3 > CIC_MESSAGE_SIZE) return;
  snprintf(remarks + used, CIC_MESSAGE_SIZE - used, "%s%s", used ? "; " : "", text);
}

#endif
