/// The identity of a storage: an array of numbers that several tensors may share.
final class StorageReference {
  let key: String
  /// Nil for bytes without a type (`UntypedStorage`), and for types that are not read.
  let type: ElementType?
  /// The class, for messages.
  let className: String
  /// The number of elements, or of bytes without a type.
  let count: Int
  /// The offset of a view of the oldest format in the storage, in elements.
  let start: Int

  var isUntyped: Bool { className.hasSuffix(".UntypedStorage") }

  /// The bytes of the whole storage; nil when the type is unknown, or the number overflows.
  var byteCount: Int? {
    guard let size = isUntyped ? 1 : type?.size else { return nil }
    let (bytes, overflow) = count.multipliedReportingOverflow(by: size)
    return overflow ? nil : bytes
  }

  init(key: String, className: String, count: Int, start: Int = 0) {
    self.key = key
    self.className = className
    self.count = count
    self.start = start
    type = ElementType(storageClass: className)
  }
}

/// A view of a storage: its shape and its strides in elements, outermost first.
final class StoredTensor {
  let storage: StorageReference
  let type: ElementType
  let offset: Int
  let shape: [Int]
  let strides: [Int]

  /// The number of elements. A tensor that repeats elements (`expand`) has more than the storage.
  let count: Int

  /// - Returns: nil unless all elements lie in the storage.
  init?(_ storage: StorageReference, _ type: ElementType, offset: Int, shape: [Int], strides: [Int]) {
    let held = storage.isUntyped ? storage.count / type.size : storage.count
    guard let count = checkedCount(shape), shape.count == strides.count, offset >= 0 else { return nil }
    var (last, isTooFar) = offset.addingReportingOverflow(storage.start)
    guard !isTooFar else { return nil }
    self.offset = last
    for (size, stride) in zip(shape, strides) where count > 0 {
      let (step, overflowed) = (size - 1).multipliedReportingOverflow(by: stride)
      let (sum, overflow) = last.addingReportingOverflow(step)
      guard stride >= 0, !overflowed, !overflow else { return nil }
      last = sum
    }
    guard count == 0 || last < held else { return nil }
    self.storage = storage
    self.type = type
    self.shape = shape
    self.strides = strides
    self.count = count
  }

  /// The axes along which elements are found, outermost first: without those of size 1, whose strides may be any
  /// numbers, and with those as one that a single stride goes along.
  var axes: [(size: Int, stride: Int)] {
    var result: [(size: Int, stride: Int)] = []
    for (size, stride) in zip(shape, strides) where size != 1 {
      if let outer = result.last, outer.stride == size &* stride {
        result[result.count - 1] = (outer.size &* size, stride)
      } else {
        result.append((size, stride))
      }
    }
    return result
  }

  /// Whether the elements are in row-major order without gaps.
  var isContiguous: Bool {
    let axes = axes
    return axes.isEmpty || axes.count == 1 && axes[0].stride == 1
  }
}
