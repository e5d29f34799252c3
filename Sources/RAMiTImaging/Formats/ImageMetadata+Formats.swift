extension ImageMetadata {
  /// What a JPEG or WebP file can hold of it. Colours that PNG's chunks describe become a profile; texts, and in WebP
  /// the density, become an EXIF block where there is none.
  /// - Parameter notes: gets a clause for what is left out.
  func fitting(_ format: ImageFormat, isGray: Bool, notes: inout [String]) -> ImageMetadata {
    var result = self
    let isJPEG = format == .jpeg, name = format.rawValue
    if iccProfile == nil {
      do {
        result.iccProfile = try ICCProfile.built(from: colorSpace, isGray: isGray)
      } catch {
        notes.append("\(name) cannot hold \((error as? ImageError)?.found ?? "its colours")")
      }
    }
    result.colorSpace = ColorSpace()
    func drop(_ block: WritableKeyPath<ImageMetadata, [UInt8]?>, over limit: Int, _ kind: String) {
      guard isJPEG, let count = result[keyPath: block]?.count, count > limit else { return }
      result[keyPath: block] = nil
      notes.append("\(name) cannot hold \(kind) of \(count) bytes")
    }
    drop(\.exif, over: JPEGFile.maximumEXIF, "an EXIF block")
    drop(\.xmp, over: JPEGFile.maximumXMP, "an XMP packet")
    drop(\.iccProfile, over: JPEGFile.maximumProfile, "a colour profile")
    var tags = isJPEG ? [] : densityTags
    var lost: [String] = []
    result.text = []
    for text in text {
      if isJPEG, text.keyword == "Comment" {
        result.text.append(text)
      } else if exif == nil, let tag = Self.exifTags[text.keyword], !tags.contains(where: { $0.tag == tag }),
        text.value.utf8.count <= 4096
      {
        tags.append(EXIFBlock.Entry(tag: tag, text: text.value))
      } else if !lost.contains(text.keyword) {
        lost.append(text.keyword)
      }
    }
    if !isJPEG, density != nil, let exif, EXIFBlock(exif)?.density == nil {
      notes.append("\(name) has no place for the density beside this EXIF block")
    }
    if exif == nil, !tags.isEmpty { result.exif = EXIFBlock.encoded(tags) }
    if !lost.isEmpty { notes.append("\(name) has no place for texts (\(lost.prefix(4).joined(separator: ", ")))") }
    return result
  }

  /// Where PNG's usual texts stand in EXIF.
  private static let exifTags = [
    "Title": 270, "Description": 270, "Software": 305, "Author": 315, "Copyright": 33432, "Source": 272,
  ]

  /// Pixels for an inch, to a hundredth.
  private var densityTags: [EXIFBlock.Entry] {
    guard let (x, y) = density?.per(inches: 1) else { return [] }
    return [
      EXIFBlock.Entry(tag: 282, numerator: Int((x * 100).rounded()), denominator: 100),
      EXIFBlock.Entry(tag: 283, numerator: Int((y * 100).rounded()), denominator: 100),
      EXIFBlock.Entry(tag: 296, shorts: [2]),
    ]
  }
}
