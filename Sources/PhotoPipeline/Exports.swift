// What the interface of this module is written in comes with it: pictures, networks, colours and layouts.

@_exported public import Images
@_exported public import Machine
@_exported public import Matting
@_exported public import U2Net
