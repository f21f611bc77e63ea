// What the interface of this module is written in comes with it: the errors of weight files.

@_exported public import U2NetWeightBase
