import RAMiTDiagnostics
import RAMiTTensorCore

/// Reads each storage once. Contiguous tensors share the memory of their storage, which is freed after the last one.
struct StorageReader {
  private let file: FileBytes
  /// Finds the bytes of a storage by its key.
  private let locate: (String) throws -> FilePart
  private var values: [String: (type: ElementType, size: Int, values: Tensor)] = [:]
  private var copiesLeft: Int
  /// The number of tensors of each storage that have not been read.
  private var uses: [String: Int] = [:]

  /// The elements that may be copied in addition to those of the file; expanded tensors have more than the file.
  private static let maximumCopies = 1 << 23

  init(_ file: FileBytes, locate: @escaping (String) throws -> FilePart) {
    self.file = file
    self.locate = locate
    copiesLeft = Self.maximumCopies + file.count
  }

  /// Counts the tensors of each storage, which is kept until all of them have been read.
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
    // Without a limit, a small file could take any amount of memory by many copies of one storage.
    guard stored.count <= copiesLeft else {
      throw file.error(
        expected: "expanded and transposed tensors of at most \(Self.maximumCopies + file.count) values",
        found: "more values")
    }
    copiesLeft -= stored.count
    return Self.gather(values, stored)
  }

  /// Copies the elements of a view in row-major order, along its innermost axis at a time.
  private static func gather(_ values: Tensor, _ stored: StoredTensor) -> Tensor {
    let result = Tensor(uninitialized: Shape(stored.shape)), (source, target) = (values.pointer, result.pointer)
    defer { withExtendedLifetime(values) {} }
    var outer = stored.axes
    let inner = outer.popLast() ?? (size: 1, stride: 0)
    var index = [Int](repeating: 0, count: outer.count)
    var position = stored.offset
    for start in Swift.stride(from: 0, to: stored.count, by: inner.size) {
      for i in 0..<inner.size { target[start &+ i] = source[position &+ i &* inner.stride] }
      for axis in index.indices.reversed() {
        index[axis] += 1
        position += outer[axis].stride
        if index[axis] < outer[axis].size { break }
        index[axis] = 0
        position -= outer[axis].stride * outer[axis].size
      }
    }
    return result
  }

  /// All numbers of a tensor's storage.
  private mutating func numbers(of stored: StoredTensor) throws -> Tensor {
    let storage = stored.storage, known = values[storage.key]
    let part = known == nil ? try locate(storage.key) : nil
    let size = known?.size ?? part!.range.count
    guard size == storage.byteCount, size.isMultiple(of: stored.type.size) else {
      throw file.error(
        expected: "the storage \(storage.key) to hold \(storage.count) values of type \(stored.type)",
        found: "\(size) bytes")
    }
    guard let known else {
      let result = try part!.numbers(stored.type)
      values[storage.key] = (stored.type, size, result)
      return result
    }
    guard known.type == stored.type else {
      throw file.error(
        expected: "the storage \(storage.key) to hold \(known.values.count) values of type \(known.type)",
        found: "\(storage.count) of type \(stored.type)")
    }
    return known.values
  }
}
