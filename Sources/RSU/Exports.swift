// The verbs that blocks are written over come with the blocks: engines, shapes, layers.

@_exported public import U2NetCompute
