import RAMiTTensorCore

/// Changes segments of a JPEG, and mends their lengths.
enum JPEGMutator {
  /// What follows a marker up to the next one: a segment with its length, or coded pixels.
  private struct Segment {
    /// Nil for coded pixels.
    var marker: UInt8?
    var data: [UInt8]
    var hasLength: Bool
  }

  private static let markers: [UInt8] = [
    0xc0, 0xc1, 0xc2, 0xc4, 0xc9, 0xcc, 0xd0, 0xd7, 0xd8, 0xd9, 0xda, 0xdb, 0xdc, 0xdd, 0xe0, 0xe1, 0xe2, 0xed, 0xee,
    0xfe,
  ]

  static func mutate(_ file: inout [UInt8], _ random: inout RandomNumbers) {
    var segments = segments(of: file)
    guard !segments.isEmpty else { return Edits.any(&file, &random) }
    for _ in 0...random.below(2) where !segments.isEmpty {
      let index = random.below(segments.count)
      switch random.below(6) {
      case 0, 1, 2: Edits.any(&segments[index].data, &random)
      case 3: Edits.number(in: &segments[index].data, &random)
      case 4: Edits.order(&segments, &random)
      default: if segments[index].marker != nil { segments[index].marker = markers.random(&random) }
      }
    }
    file = segments.flatMap { segment in
      (segment.marker.map { [0xff, $0] } ?? [])
        + (segment.hasLength ? big(UInt16(truncatingIfNeeded: segment.data.count + 2)) : [])
        + segment.data
    }
  }

  private static func segments(of file: [UInt8]) -> [Segment] {
    var segments: [Segment] = [], position = 0
    while position + 1 < file.count, file[position] == 0xff {
      let marker = file[position + 1]
      position += 2
      var end = position
      let hasLength = marker >= 0xc0 && !(0xd0...0xd9).contains(marker) && position + 2 <= file.count
      if hasLength {
        let size = Int(file.integer(UInt16.self, at: position)!.byteSwapped)
        position += 2
        end = max(position, min(file.count, position + size - 2))
      }
      segments.append(Segment(marker: marker, data: Array(file[position..<end]), hasLength: hasLength))
      position = end
      // Coded pixels follow a scan's header and restart markers; a zero follows an 0xff of theirs.
      while end + 1 < file.count, file[end] != 0xff || file[end + 1] == 0 { end += 1 }
      if end + 1 >= file.count { end = file.count }
      if end > position { segments.append(Segment(marker: nil, data: Array(file[position..<end]), hasLength: false)) }
      position = end
    }
    return segments
  }
}
