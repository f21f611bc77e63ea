// What the interface of this module is written in comes with it: pictures, networks, weight files, colours and layouts.

@_exported public import RSU
@_exported public import U2NetImages
@_exported public import U2NetMachine
@_exported public import U2NetMatting
@_exported public import U2NetNetwork
@_exported public import U2NetSafetensors
@_exported public import U2NetWeightFiles
