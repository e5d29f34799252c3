import RAMiTDiagnostics
import RAMiTTensorCore

/// Reads each storage once; tensors that lie contiguous in one share its memory, which is let go with the last of them.
struct StorageReader {
  private let file: FileBytes
  /// Where a storage's bytes are, by its key.
  private let locate: (String) throws -> (bytes: FileBytes, range: Range<Int>)
  private var values: [String: (type: ElementType, values: Tensor)] = [:]
  private var copiesLeft: Int
  /// How many tensors of each storage are still to come.
  private var uses: [String: Int] = [:]

  /// Elements that may be copied beside those that the file has: expanded tensors hold more than it.
  private static let maximumCopies = 1 << 23

  init(_ file: FileBytes, locate: @escaping (String) throws -> (bytes: FileBytes, range: Range<Int>)) {
    self.file = file
    self.locate = locate
    copiesLeft = Self.maximumCopies + file.count
  }

  /// Tells which tensors there are: a storage is kept until all of its own have been read.
  mutating func expect(_ dictionaries: [TensorDictionary]) {
    for entry in dictionaries.lazy.flatMap(\.entries) {
      if case .stored(let tensor) = entry.source { uses[tensor.storage.key, default: 0] += 1 }
    }
  }

  mutating func tensor(_ stored: StoredTensor) throws -> Tensor {
    let key = stored.storage.key, left = uses[key, default: 0] - 1
    uses[key] = left
    defer { if left <= 0 { self.values[key] = nil } }
    let values = try numbers(of: stored)
    let shape = Shape(stored.shape)
    if stored.count == 0 { return Tensor(uninitialized: shape) }
    if stored.isContiguous {
      return values.slice(stored.offset..<stored.offset + stored.count).reshaped(shape)
    }
    // Copies of one storage over and over would let a small file ask for any amount of memory.
    guard stored.count <= copiesLeft else {
      throw file.error(
        expected: "expanded and transposed tensors of at most \(Self.maximumCopies + file.count) values",
        found: "more of them")
    }
    copiesLeft -= stored.count
    return Self.gather(values, stored)
  }

  /// The elements of a view in row-major order.
  private static func gather(_ values: Tensor, _ stored: StoredTensor) -> Tensor {
    let result = Tensor(uninitialized: Shape(stored.shape))
    var index = [Int](repeating: 0, count: stored.shape.count)
    var place = stored.offset
    for i in 0..<stored.count {
      result.pointer[i] = values.pointer[place]
      for axis in index.indices.reversed() {
        index[axis] += 1
        place &+= stored.strides[axis]  // the stride of an axis of size 1 may be any number
        if index[axis] < stored.shape[axis] { break }
        index[axis] = 0
        place &-= stored.strides[axis] &* stored.shape[axis]
      }
    }
    return result
  }

  /// A whole storage as the tensor's numbers.
  private mutating func numbers(of stored: StoredTensor) throws -> Tensor {
    let storage = stored.storage
    let (bytes, range) = try locate(storage.key)
    guard let size = storage.byteCount, size == range.count, size.isMultiple(of: stored.type.size) else {
      throw file.error(
        expected: "the storage \(storage.key) to hold \(storage.count) values of type \(stored.type)",
        found: "\(range.count) bytes")
    }
    if let known = values[storage.key] {
      guard known.type == stored.type else {
        throw file.error(
          expected: "the storage \(storage.key) to hold \(known.values.count) values of type \(known.type)",
          found: "\(storage.count) of type \(stored.type)")
      }
      return known.values
    }
    let result = bytes.bytes.withUnsafeBytes(in: range) { stored.type.decode($0) }
    bytes.bytes.forget(range)
    values[storage.key] = (stored.type, result)
    return result
  }
}
