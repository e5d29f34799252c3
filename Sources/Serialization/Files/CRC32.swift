import CZlib

/// The checksum of zip, gzip and PNG (polynomial 0xEDB88320).
public enum CRC32 {
  public static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    UInt32(truncatingIfNeeded: crc32_z(0, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count))
  }
}
