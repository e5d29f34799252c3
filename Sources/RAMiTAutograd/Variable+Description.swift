import RAMiTTensorCore

extension Variable: CustomStringConvertible {
  /// Its value, and whether a gradient of it is kept or passed on.
  public var description: String { value.description + (wantsGradient ? ", requires gradient" : "") }
}
