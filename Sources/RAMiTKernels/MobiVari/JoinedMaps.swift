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
  var isPlain: Bool { parts.count == 1 && parts[0].factor == 1 }

  /// Floats of memory for a row.
  var rowCount: Int { isPlain ? 0 : paddedToVector(size.width * channels) + vectorWidth }

  /// Row `y` of an image, [W x channels]: where it lies, or put together in `memory`.
  @inline(__always)
  func row(
    of maps: [UnsafePointer<Float>], image: Int, y: Int, memory: UnsafeMutablePointer<Float>
  ) -> UnsafePointer<Float> {
    if isPlain { return maps[0] + place(image: image, y: y) &* channels }
    forEachCell(image: image, y: y) { part, joined, low in
      let map = maps[part] + low, target = memory + joined, part = parts[part]
      if part.factor == 1 { return copyChannels(map, target, count: part.channels) }
      if part.channels % 4 == 0 {
        if part.factor == 4 { return dealFours(map, channels: part.channels, into: target) }
        if part.factor == 2 { return dealPairs(map, isLower: y & 1 == 1, channels: part.channels, into: target) }
      }
      let cell = part.factor &* part.factor
      for j in 0..<part.factor {
        for c in 0..<part.channels { target[j &* channels &+ c] = map[j &+ c &* cell] }
      }
    }
    return UnsafePointer(memory)
  }

  /// What is asked for while pixels of a row from `first` on are worked on: those of the next row of the first map,
  /// where that lies in full resolution.
  @inline(__always)
  func ahead(of maps: [UnsafePointer<Float>], image: Int, y: Int, first: Int) -> RowsAhead {
    let next = place(image: image, y: y &+ 1) &+ first, width = parts[0].channels
    return RowsAhead(channels: width, parts[0].factor == 1 ? maps[0] + next &* width : nil)
  }

  /// Four pixels of a row of a cell of 4 x 4, from a number of each cell of four channels at a time.
  @inline(__always)
  private func dealFours(_ map: UnsafePointer<Float>, channels count: Int, into target: UnsafeMutablePointer<Float>) {
    var c = 0
    while c < count {
      let from = map + 16 &* c, to = target + c
      let a: SIMD4<Float> = load(from), b: SIMD4<Float> = load(from + 16)
      let d: SIMD4<Float> = load(from + 32), e: SIMD4<Float> = load(from + 48)
      store(SIMD4(a[0], b[0], d[0], e[0]), to)
      store(SIMD4(a[1], b[1], d[1], e[1]), to + channels)
      store(SIMD4(a[2], b[2], d[2], e[2]), to + 2 &* channels)
      store(SIMD4(a[3], b[3], d[3], e[3]), to + 3 &* channels)
      c &+= 4
    }
  }

  /// Two pixels of a row of a cell of 2 x 2, from the cells of four channels at a time.
  @inline(__always)
  private func dealPairs(
    _ map: UnsafePointer<Float>, isLower: Bool, channels count: Int, into target: UnsafeMutablePointer<Float>
  ) {
    // Whole cells lie within the map; what follows the last lower row does not.
    let cells = isLower ? map - 2 : map
    var c = 0
    while c < count {
      let v: SIMD16<Float> = load(cells + 4 &* c), to = target + c
      if isLower {
        store(SIMD4(v[2], v[6], v[10], v[14]), to)
        store(SIMD4(v[3], v[7], v[11], v[15]), to + channels)
      } else {
        store(SIMD4(v[0], v[4], v[8], v[12]), to)
        store(SIMD4(v[1], v[5], v[9], v[13]), to + channels)
      }
      c &+= 4
    }
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
    forEachCell(image: image, y: y) { part, joined, low in
      let gradient = gradients[part], target = gradient.pointer + low, source = memory + joined
      let factor = parts[part].factor, cell = factor &* factor
      for j in 0..<factor {
        for c in 0..<parts[part].channels {
          let value = source[j &* channels &+ c], place = j &+ c &* cell
          target[place] = gradient.accumulate ? target[place] + value : value
        }
      }
    }
  }

  private func place(image: Int, y: Int) -> Int { (image &* size.height &+ y) &* size.width }

  /// Calls `body` for each cell of each part of a row, r pixels: where the first channel of its first pixel lies in the
  /// joined row, and in the part's map. Channel c of the pixel (i, j) of a cell is channel c r r + i r + j of the
  /// coarse pixel.
  @inline(__always)
  private func forEachCell(image: Int, y: Int, _ body: (_ part: Int, _ joined: Int, _ low: Int) -> Void) {
    var first = 0
    for part in parts.indices {
      let factor = parts[part].factor, count = parts[part].channels, wide = count &* factor &* factor
      let line = (image &* (size.height / factor) &+ y / factor) &* (size.width / factor)
      let within = y % factor &* factor
      for cell in 0..<size.width / factor {
        body(part, first &+ cell &* factor &* channels, (line &+ cell) &* wide &+ within)
      }
      first &+= count
    }
  }
}
