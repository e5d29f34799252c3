import Foundation
import RAMiTFiles

/// Writes a zip archive of stored entries without dates, which are aligned as PyTorch aligns them.
struct ZipWriter {
  /// Sizes are written in 32 bits.
  static let maximumSize = 0xffff_ffff

  /// Entries begin at multiples of this, so that readers can map them into memory.
  private static let alignment = 64
  /// 1 January 1980, the first day of the format.
  private static let date: UInt16 = 0x21

  private var data = Data()
  private var directory = Data()
  private var count = 0

  mutating func add(_ name: String, _ content: Data) {
    let offset = data.count, fixedSize = 30 + name.utf8.count + 4
    let padding = -(offset + fixedSize) & (Self.alignment - 1)
    let checksum = content.withUnsafeBytes { CRC32.checksum($0) }
    // Fields of both headers: version, flags (names in UTF-8), method, time, date, checksum, sizes, length of the name.
    var facts = Data()
    for value in [20, 0x800, 0, 0, Self.date] as [UInt16] { Self.append(value, to: &facts) }
    for value in [checksum, UInt32(clamping: content.count), UInt32(clamping: content.count)] {
      Self.append(value, to: &facts)
    }
    Self.append(UInt16(name.utf8.count), to: &facts)

    Self.append(UInt32(0x0403_4b50), to: &data)
    data.append(facts)
    Self.append(UInt16(4 + padding), to: &data)
    data.append(contentsOf: name.utf8)
    data.append(contentsOf: "FB".utf8)  // PyTorch's tag of padding
    Self.append(UInt16(padding), to: &data)
    data.append(Data(repeating: UInt8(ascii: "Z"), count: padding))
    data.append(content)

    Self.append(UInt32(0x0201_4b50), to: &directory)
    Self.append(UInt16(20), to: &directory)
    directory.append(facts)
    // No extra field, no comment, the first disk, no attributes.
    directory.append(Data(repeating: 0, count: 12))
    Self.append(UInt32(clamping: offset), to: &directory)
    directory.append(contentsOf: name.utf8)
    count += 1
  }

  /// The whole archive; nil when it is too large for the format without zip64.
  func finished() -> Data? {
    guard data.count + directory.count < Self.maximumSize, count < 0xffff else { return nil }
    var result = data
    result.append(directory)
    Self.append(UInt32(0x0605_4b50), to: &result)
    for value in [0, 0, UInt16(count), UInt16(count)] { Self.append(value, to: &result) }
    for value in [UInt32(directory.count), UInt32(data.count)] { Self.append(value, to: &result) }
    Self.append(UInt16(0), to: &result)
    return result
  }

  private static func append<Value: FixedWidthInteger>(_ value: Value, to data: inout Data) {
    withUnsafeBytes(of: value.littleEndian) { data.append(contentsOf: $0) }
  }
}
