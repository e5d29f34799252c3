/// What is known of an image without its pixels, upright.
package struct ImageHeader: Equatable, Sendable {
  package let width, height: Int
  /// 1 gray, 2 gray and alpha, 3 RGB, 4 RGB and alpha.
  package let channels: Int
  /// Bits of a channel: 8 or 16.
  package let bitDepth: Int
  /// Stored as inks, whose colours depend on a printer.
  package let isCMYK: Bool

  /// Of the decoded samples.
  package var byteCount: Int { width * height * channels * bitDepth / 8 }

  package var isGray: Bool { channels <= 2 }

  package init(width: Int, height: Int, channels: Int, bitDepth: Int = 8, isCMYK: Bool = false) {
    (self.width, self.height, self.channels) = (width, height, channels)
    (self.bitDepth, self.isCMYK) = (bitDepth, isCMYK)
  }

  package init(_ image: Image) {
    self.init(width: image.width, height: image.height, channels: image.channels, bitDepth: image.bitDepth)
  }

  init(_ file: any ImageDecoder) {
    let (width, height) = file.orientation.swapsSides ? (file.height, file.width) : (file.width, file.height)
    self.init(
      width: width, height: height, channels: file.channels, bitDepth: file.bitDepth,
      isCMYK: (file as? JPEGFile)?.isCMYK == true)
  }
}
