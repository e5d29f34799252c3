import RAMiTTensorCore

/// One kind of file: how it is read, changed, and begun with.
protocol FuzzTarget {
  /// Of the target and its folder in .build/fuzz.
  static var name: String { get }

  /// Reads a file as the program does, and checks what was read.
  /// - Throws: `InputError` that begins with the path. Any other error is a finding.
  static func read(_ path: String) throws

  /// Changes a file so that what holds it together (checksums, sizes) stays right in most cases.
  static func mutate(_ file: inout [UInt8], _ random: inout RandomNumbers)

  /// Bytes that may be allocated at a time beside the file's own size.
  static var maximumMemory: Int { get }

  /// Files to begin with.
  static func seeds() throws -> [[UInt8]]
}

extension FuzzTarget {
  static var maximumMemory: Int { 64 << 20 }
}

var fuzzTargets: [any FuzzTarget.Type] {
  [
    CheckpointTarget.self, SafeTensorsTarget.self, ConfigurationTarget.self, PNGTarget.self, JPEGTarget.self,
    BMPTarget.self, TIFFTarget.self, WebPTarget.self, NetpbmTarget.self,
  ]
}
