// What the interface of this module is written in comes with it: blocks, pictures, weight files.

@_exported public import RSU
@_exported public import U2NetImages
@_exported public import U2NetSafetensors
