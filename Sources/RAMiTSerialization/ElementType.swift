import Foundation
import RAMiTTensorCore

/// The number types of weight files. All are little-endian, and all are converted to Float32.
enum ElementType {
  case bool, uint8, int8, uint16, int16, uint32, int32, uint64, int64, float16, bfloat16, float32, float64

  /// The bytes of one number.
  var size: Int {
    switch self {
    case .bool, .uint8, .int8: 1
    case .uint16, .int16, .float16, .bfloat16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64: 8
    }
  }

  /// Converts the numbers in `bytes`; integers and doubles are rounded to the nearest Float32.
  /// - Parameter values: memory for as many numbers as `bytes` holds.
  func decode(_ bytes: UnsafeRawBufferPointer, into values: UnsafeMutablePointer<Float>) {
    switch self {
    case .bool: convert(bytes, values, UInt8.self) { $0 == 0 ? 0 : 1 }
    case .uint8: convert(bytes, values, UInt8.self) { Float($0) }
    case .int8: convert(bytes, values, Int8.self) { Float($0) }
    case .uint16: convert(bytes, values, UInt16.self) { Float($0) }
    case .int16: convert(bytes, values, Int16.self) { Float($0) }
    case .uint32: convert(bytes, values, UInt32.self) { Float($0) }
    case .int32: convert(bytes, values, Int32.self) { Float($0) }
    case .uint64: convert(bytes, values, UInt64.self) { Float($0) }
    case .int64: convert(bytes, values, Int64.self) { Float($0) }
    case .float16: convert(bytes, values, UInt16.self) { Float(Float16(bitPattern: $0)) }
    case .bfloat16: convert(bytes, values, UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
    case .float32: convert(bytes, values, UInt32.self) { Float(bitPattern: $0) }
    case .float64: convert(bytes, values, UInt64.self) { Float(Double(bitPattern: $0)) }
    }
  }

  @inline(__always)
  private func convert<Stored: FixedWidthInteger & BitwiseCopyable>(
    _ bytes: UnsafeRawBufferPointer, _ values: UnsafeMutablePointer<Float>, _ stored: Stored.Type,
    _ value: (Stored) -> Float
  ) {
    for i in 0..<bytes.count / MemoryLayout<Stored>.size {
      let offset = i * MemoryLayout<Stored>.size
      values[i] = value(Stored(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: stored)))
    }
  }
}

extension Tensor {
  /// The values as little-endian float32, for a file.
  var float32Bytes: Data { Data(bytes: pointer, count: count * MemoryLayout<Float>.size) }

  /// The values as little-endian float16, each the nearest one, for a file.
  var float16Bytes: Data {
    let values = (0..<count).map { Float16(pointer[$0]).bitPattern.littleEndian }
    return values.withUnsafeBytes { Data($0) }
  }

  /// The values as little-endian int64, for a file.
  /// - Precondition: they are whole numbers in range.
  var int64Bytes: Data {
    let values = (0..<count).map { Int64(pointer[$0]).littleEndian }
    return values.withUnsafeBytes { Data($0) }
  }
}

/// The number of elements of a shape that a file declares; nil when a size is negative or the product overflows.
///
/// The check counts a size of zero as one, because products of other sizes must not overflow later.
func checkedCount(_ dimensions: [Int]) -> Int? {
  var count = 1
  for size in dimensions {
    let (product, overflow) = count.multipliedReportingOverflow(by: max(size, 1))
    guard size >= 0, !overflow else { return nil }
    count = product
  }
  return dimensions.contains(0) ? 0 : count
}
