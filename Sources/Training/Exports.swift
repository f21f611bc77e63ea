// What the interface of this module is written in comes with it: networks of blocks, weight files, scores, values to train.

@_exported public import RSU
@_exported public import U2NetEvaluation
@_exported public import U2NetGradients
@_exported public import U2NetNetwork
@_exported public import U2NetSafetensors
