// What the interface of this module is written in comes with it.

@_exported public import U2NetPixels
