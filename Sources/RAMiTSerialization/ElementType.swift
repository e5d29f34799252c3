import Foundation
import RAMiTTensorCore

/// How a file stores one number. All are little-endian, and all become Float32 when read.
enum ElementType {
  case bool, uint8, int8, uint16, int16, uint32, int32, uint64, int64, float16, bfloat16, float32, float64

  /// Bytes of one number.
  var size: Int {
    switch self {
    case .bool, .uint8, .int8: 1
    case .uint16, .int16, .float16, .bfloat16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64: 8
    }
  }

  /// A tensor of rank 1 with the numbers in `bytes`; integers and doubles are rounded to the nearest Float32.
  /// - Precondition: `bytes` holds a whole number of numbers.
  func decode(_ bytes: UnsafeRawBufferPointer) -> Tensor {
    precondition(bytes.count % size == 0, "\(bytes.count) bytes are not a whole number of \(self)")
    return switch self {
    case .bool: convert(bytes, UInt8.self) { $0 == 0 ? 0 : 1 }
    case .uint8: convert(bytes, UInt8.self) { Float($0) }
    case .int8: convert(bytes, Int8.self) { Float($0) }
    case .uint16: convert(bytes, UInt16.self) { Float($0) }
    case .int16: convert(bytes, Int16.self) { Float($0) }
    case .uint32: convert(bytes, UInt32.self) { Float($0) }
    case .int32: convert(bytes, Int32.self) { Float($0) }
    case .uint64: convert(bytes, UInt64.self) { Float($0) }
    case .int64: convert(bytes, Int64.self) { Float($0) }
    case .float16: convert(bytes, UInt16.self) { Float(Float16(bitPattern: $0)) }
    case .bfloat16: convert(bytes, UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
    case .float32: convert(bytes, UInt32.self) { Float(bitPattern: $0) }
    case .float64: convert(bytes, UInt64.self) { Float(Double(bitPattern: $0)) }
    }
  }

  @inline(__always)
  private func convert<Stored: FixedWidthInteger & BitwiseCopyable>(
    _ bytes: UnsafeRawBufferPointer, _ stored: Stored.Type, _ value: (Stored) -> Float
  ) -> Tensor {
    let count = bytes.count / MemoryLayout<Stored>.size
    let result = Tensor(uninitialized: [count])
    let values = result.pointer
    for i in 0..<count {
      let place = i * MemoryLayout<Stored>.size
      values[i] = value(Stored(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: stored)))
    }
    return result
  }
}

extension Tensor {
  /// The values as they lie in a file of little-endian float32.
  var float32Bytes: Data { Data(bytes: pointer, count: count * MemoryLayout<Float>.size) }

  /// The values as they lie in a file of little-endian int64.
  /// - Precondition: they are whole numbers that fit.
  var int64Bytes: Data {
    let values = (0..<count).map { Int64(pointer[$0]).littleEndian }
    return values.withUnsafeBytes { Data($0) }
  }
}

/// The number of elements of a shape that a file declares; nil when it does not fit.
///
/// Sizes of zero are left out of the check, not of the result: what is derived from the shape later must fit as well.
func checkedCount(_ dimensions: [Int]) -> Int? {
  var count = 1
  for size in dimensions {
    let (product, overflow) = count.multipliedReportingOverflow(by: max(size, 1))
    guard size >= 0, !overflow else { return nil }
    count = product
  }
  return dimensions.contains(0) ? 0 : count
}
