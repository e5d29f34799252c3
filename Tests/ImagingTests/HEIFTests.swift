import RAMiTImaging
import Testing

/// AVIF and HEIC, where the package is built with the trait HEIF.
@Suite(.enabled(if: ImageFormat.heic.isReadable)) struct HEIFTests {
  @Test(arguments: [("a.avif", ImageFormat.avif), ("h.heic", .heic)]) func photos(name: String, format: ImageFormat)
    throws
  {
    let loaded = try ImageFile.load(fixture("05-unread-formats-" + name))
    #expect((loaded.image.width, loaded.image.height, loaded.image.channels) == (48, 36, 3))
    #expect(loaded.format == format)
  }
}
