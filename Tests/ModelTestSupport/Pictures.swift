import Foundation
import RAMiTImaging
import RAMiTModels

/// An image with something to see in it, the same for the same arguments.
package func picture(width: Int, height: Int, channels: Int, seed: Int = 0) -> Image {
  let values = (0..<width * height * channels).map { i in
    let (pixel, channel) = (i / channels, i % channels)
    let (x, y) = (pixel % width, pixel / width)
    return UInt8((x * (3 + channel) + y * (5 - channel) + (x * y / 7) % 40 + seed * 31) % 256)
  }
  return Image(width: width, height: height, channels: channels, samples: .uint8(values))
}

/// Writes an image into a folder, which is made.
package func write(_ image: Image, to path: String) throws {
  let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  try ImageFile.write(image, to: path)
}

/// A RAMiT that is quick to run, with random weights.
package func smallModel(_ task: RestorationTask) -> RAMiT { RAMiT(.small(task), seed: 1) }
