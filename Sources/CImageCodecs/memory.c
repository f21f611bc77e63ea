#include "CImageCodecs.h"

#include <stdlib.h>

int cic_has_memory(size_t count) {
  // Compilers leave out what is freed unused, unless they cannot know.
  void *volatile memory = malloc(count);
  int has = memory != NULL;
  free(memory);
  return has;
}

void cic_free(void *pointer) { free(pointer); }
