#define _GNU_SOURCE
#include "ck_threads.h"
#include <pthread.h>

void ck_name_thread(const char *name) {
#if defined(__APPLE__)
  pthread_setname_np(name);
#else
  pthread_setname_np(pthread_self(), name);
#endif
}
