// The C library, whatever it is called here. `import U2NetPlatform` is how every other file gets it.

#if canImport(Glibc)
  @_exported public import Glibc
#elseif canImport(Musl)
  @_exported public import Musl
#else
  @_exported public import Darwin
#endif
