// @unchecked: the storage is written before a tensor is handed on, and parameters change only between steps.
/// Float32 values in row-major order: a view of storage, always contiguous.
///
/// A tensor is a reference: copies and views share their storage, and a tensor is not written to once another part of
/// the program holds it. Parameters are the exception; the optimizer changes them in place between steps.
public struct Tensor: @unchecked Sendable {
  /// N x H x W x C for feature maps.
  public let shape: Shape
  @usableFromInline var storage: TensorStorage
  private let offset: Int

  private init(_ shape: Shape, storage: TensorStorage, offset: Int) {
    self.shape = shape
    self.storage = storage
    self.offset = offset
  }

  /// A tensor whose values are whatever the memory held: for a kernel that overwrites all of them.
  public init(uninitialized shape: Shape) {
    self.init(shape, storage: Self.areMeta ? .meta : TensorStorage(count: shape.count), offset: 0)
  }

  /// A tensor whose values `fill` writes, all of them.
  public init(_ shape: Shape, _ fill: (UnsafeMutablePointer<Float>) -> Void) {
    self.init(uninitialized: shape)
    initialize(fill)
  }

  /// A tensor of one value everywhere.
  public init(repeating value: Float, _ shape: Shape) {
    self.init(shape) { $0.update(repeating: value, count: shape.count) }
  }

  /// Zeros, as gradients and moments begin.
  public init(zeros shape: Shape) { self.init(repeating: 0, shape) }

  /// - Precondition: there are as many values as the shape holds.
  public init(_ values: some Collection<Float>, _ shape: Shape) {
    require(values.count == shape.count, "\(values.count) values for a tensor of \(shape)")
    self.init(shape) { pointer in
      _ = UnsafeMutableBufferPointer(start: pointer, count: shape.count).update(fromContentsOf: values)
    }
  }

  /// A tensor of rank 0.
  public init(_ value: Float) { self.init([value], []) }

  /// The number of values, which lie one after the other from `pointer` on.
  public var count: Int { shape.count }

  /// The first element; the tensor must outlive its use.
  /// - Precondition: the tensor has values (see `isMeta`).
  public var pointer: UnsafeMutablePointer<Float> {
    guard let start = storage.pointer else { fatalError("a meta tensor of \(shape) has no values") }
    return start + offset
  }

  /// Lets `fill` write the values; it is not called for a meta tensor.
  public func initialize(_ fill: (UnsafeMutablePointer<Float>) -> Void) {
    if let start = storage.pointer { fill(start + offset) }
  }

  /// A copy of the values.
  public var array: [Float] { Array(UnsafeBufferPointer(start: pointer, count: count)) }

  /// How many values are NaN or infinite.
  package var nonFiniteCount: Int {
    withExtendedLifetime(self) { UnsafeBufferPointer(start: pointer, count: count).count { !$0.isFinite } }
  }

  /// The value of a tensor that holds one.
  public var scalar: Float {
    require(count == 1, "a tensor of \(shape) is not one value")
    return pointer[0]
  }

  /// The same values under another shape.
  public func reshaped(_ shape: Shape) -> Tensor {
    require(shape.count == count, "\(self.shape) cannot be seen as \(shape)")
    return Tensor(shape, storage: storage, offset: offset)
  }

  /// A view of the given range of the outermost axis.
  public func slice(_ range: Range<Int>) -> Tensor {
    require(shape.rank > 0 && range.lowerBound >= 0 && range.upperBound <= shape[0], "\(range) is not in \(shape)")
    let stride = shape.dimensions.dropFirst().reduce(1, *)
    return Tensor(shape.replacing(0, with: range.count), storage: storage, offset: offset + range.lowerBound * stride)
  }

  /// The object that holds the values' memory: the same for all views of it. A meta tensor has one, too.
  package var owner: AnyObject { storage }

  /// Where the values begin in what the `owner` holds: equal for views that begin at the same value.
  package var position: Int { offset }

  // Inlined, because Swift 6.3 assumes that a call does not read the tensor and drops the caller's store before it.
  /// True when nobody else holds this tensor's storage, so that it may be overwritten.
  @inlinable @inline(__always)
  public mutating func isUniquelyHeld() -> Bool { isKnownUniquelyReferenced(&storage) }

  /// A tensor with storage of its own.
  public func copy() -> Tensor {
    Tensor(shape) { $0.update(from: pointer, count: count) }
  }
}

// Meta tensors: shapes without values.
extension Tensor {
  @TaskLocal private static var areMeta = false

  /// Every tensor that `body` makes on this thread is a meta tensor: it has a shape and no memory, and operations on it
  /// compute nothing. So the parameters and multiply-adds of a model of any size are counted at no cost.
  public static func withMetaTensors<Result>(_ body: () throws -> Result) rethrows -> Result {
    try $areMeta.withValue(true, operation: body)
  }

  /// True inside of `withMetaTensors`.
  package static var makesMetaTensors: Bool { areMeta }

  /// True for a tensor that has a shape and no values.
  public var isMeta: Bool { storage.pointer == nil }
}
