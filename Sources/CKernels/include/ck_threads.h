#pragma once

// What a thread pool needs of the processor and of the system.

/// Names the calling thread, as `top -H` shows it: at most 15 bytes.
void ck_name_thread(const char *name);

/// Tells the processor that this thread is waiting in a loop.
static inline void ck_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}
