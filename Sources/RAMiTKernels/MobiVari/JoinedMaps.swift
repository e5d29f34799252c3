/// Feature maps side by side on the channels, coarser ones shuffled to full resolution (Shi et al., 2016), as a kernel
/// reads and writes them: a row of pixels at a time. The joined map is never in memory.
package struct JoinedMaps {
  /// A map N x H/r x W/r x (c r r).
  package struct Part {
    /// c and r.
    let channels: Int
    let factor: Int

    package init(channels: Int, factor: Int) {
      self.channels = channels
      self.factor = factor
    }
  }

  /// N, H, W.
  let size: MapSize
  let parts: [Part]
  /// The sum of the parts' c.
  package let channels: Int

  package init(_ parts: [Part], size: MapSize) {
    self.size = size
    self.parts = parts
    channels = parts.reduce(0) { $0 + $1.channels }
  }

  /// One map at full resolution: its rows are used where they lie.
  private var isPlain: Bool { parts.count == 1 && parts[0].factor == 1 }

  /// Floats of memory for a row.
  var rowCount: Int { isPlain ? 0 : paddedToVector(size.width * channels) + vectorWidth }

  /// Row `y` of an image, [W x channels]: where it lies, or put together in `memory`.
  @inline(__always)
  func row(
    of maps: [UnsafePointer<Float>], image: Int, y: Int, memory: UnsafeMutablePointer<Float>
  ) -> UnsafePointer<Float> {
    if isPlain { return maps[0] + place(image: image, y: y) &* channels }
    forEachRun(image: image, y: y) { part, joined, low in
      let map = maps[part], cell = parts[part].factor &* parts[part].factor, count = parts[part].channels
      if cell == 1 { return copyChannels(map + low, memory + joined, count: count) }
      for c in 0..<count { memory[joined &+ c] = map[low &+ c &* cell] }
    }
    return UnsafePointer(memory)
  }

  /// Where the gradient of a map goes.
  struct Gradient {
    let pointer: UnsafeMutablePointer<Float>
    let accumulate: Bool
  }

  /// Gives `write` a row [W x channels] for the gradient, and whether to add to it; hands it on to the parts.
  @inline(__always)
  func writeRow(
    to gradients: [Gradient], image: Int, y: Int, memory: UnsafeMutablePointer<Float>,
    _ write: (UnsafeMutablePointer<Float>, _ accumulate: Bool) -> Void
  ) {
    if isPlain { return write(gradients[0].pointer + place(image: image, y: y) &* channels, gradients[0].accumulate) }
    write(memory, false)
    forEachRun(image: image, y: y) { part, joined, low in
      let gradient = gradients[part], cell = parts[part].factor &* parts[part].factor
      for c in 0..<parts[part].channels {
        let target = gradient.pointer + (low &+ c &* cell)
        target.pointee = gradient.accumulate ? target.pointee + memory[joined &+ c] : memory[joined &+ c]
      }
    }
  }

  private func place(image: Int, y: Int) -> Int { (image &* size.height &+ y) &* size.width }

  /// Calls `body` for each part of each pixel of a row: where its first channel lies in the joined row, and in the
  /// part's map. Channel c of the pixel (i, j) of a cell is channel c r r + i r + j of the coarse pixel.
  @inline(__always)
  private func forEachRun(image: Int, y: Int, _ body: (_ part: Int, _ joined: Int, _ low: Int) -> Void) {
    var first = 0
    for part in parts.indices {
      let factor = parts[part].factor, count = parts[part].channels, wide = count &* factor &* factor
      let line = (image &* (size.height / factor) &+ y / factor) &* (size.width / factor)
      let within = y % factor &* factor
      var joined = first
      for cell in 0..<size.width / factor {
        for j in 0..<factor {
          body(part, joined, (line &+ cell) &* wide &+ within &+ j)
          joined &+= channels
        }
      }
      first &+= count
    }
  }
}
