import U2NetCHeader

@c @implementation
public func u2net_version() -> UnsafePointer<CChar>! { Constant.version }

@c @implementation
public func u2net_error() -> UnsafePointer<CChar>! { LastMessage.current }

@c @implementation
public func u2net_model(_ index: Int) -> UnsafePointer<CChar>! {
  Constant.models.indices.contains(index) ? Constant.models[index] : nil
}
