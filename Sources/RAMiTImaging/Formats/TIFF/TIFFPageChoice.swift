import RAMiTCTIFF

/// Which picture of a TIFF file is read, and what is said of the others.
struct TIFFPageChoice {
  let page: TIFFPage
  let notes: [String]

  /// More directories than any file of photos has are not followed.
  private static let mostDirectories = 4096, mostSubdirectories = 64

  /// - Throws: `ImageError` when no page can be read.
  init(_ file: TIFFLibrary, _ bytes: [UInt8]) throws {
    var pages: [TIFFPage] = []
    repeat {
      pages.append(TIFFPage(file))
    } while pages.count < Self.mostDirectories && TIFFReadDirectory(file.tiff) != 0
    let parts = pages.flatMap(\.subdirectories).prefix(Self.mostSubdirectories).compactMap { offset in
      TIFFSetSubDirectory(file.tiff, offset) != 0 ? TIFFPage(file) : nil
    }
    func isFull(_ page: TIFFPage) -> Bool { !page.isReduced && !page.isMask && !page.isRaw && page.width > 0 }
    // A camera's file begins with a thumbnail; the picture is a part of it.
    let isThumbnailFirst = pages.first?.isReduced ?? false
    let full = pages.filter(isFull), whole = full + parts.filter(isFull)
    var notes: [String] = []
    var chosen: TIFFPage
    if let first = full.first ?? (isThumbnailFirst ? whole.first : nil) {
      // Some writers do not say that what comes first is a thumbnail.
      let larger = whole.filter { first.isThumbnail(of: $0) }
      chosen = larger.max { $0.width < $1.width } ?? first
    } else {
      let developed = (pages + parts).filter { !$0.isRaw && !$0.isMask && $0.width > 0 }
      guard let preview = developed.max(by: { $0.width < $1.width }) ?? pages.first, !preview.isRaw else {
        throw ImageError("a raw photo, which is not developed here")
      }
      chosen = preview
    }
    if (pages + parts).contains(where: \.isRaw) {
      notes.append(
        "its raw picture is not developed; its preview of \(chosen.width) x \(chosen.height) pixels is taken")
    }
    let others = pages.filter { $0.offset != chosen.offset && !$0.isMask && !$0.isRaw }
    let copies = others.filter { $0.isReduced || $0.isThumbnail(of: chosen) }.count
    let left = others.count - copies
    if left > 0 { notes.append(left == 1 ? "another page left out" : "\(left) other pages left out") }
    if copies > 0 { notes.append(copies == 1 ? "a smaller copy left out" : "\(copies) smaller copies left out") }
    (page, self.notes) = (chosen, notes)
  }
}
