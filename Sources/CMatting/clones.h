// Functions marked CLONES are compiled twice where that can be chosen at run time: for any x86-64 and for those with
// AVX2 and FMA.
#if defined(__x86_64__) && defined(__linux__)
#define CLONES __attribute__((target_clones("arch=x86-64-v3", "default")))
#else
#define CLONES
#endif
