import RAMiTKernels

extension DoubleTensor {
  /// The places of all elements, in row-major order.
  static func places(in shape: [Int]) -> [[Int]] {
    shape.reduce([[]]) { places, size in places.flatMap { place in (0..<size).map { place + [$0] } } }
  }

  subscript(place: [Int]) -> Double {
    values[zip(place, shape).reduce(0) { $0 * $1.1 + $1.0 }]
  }

  /// A tensor of which each element is the one at another place, or a number.
  static func filled(_ shape: [Int], _ value: (_ place: [Int]) -> Double) -> DoubleTensor {
    DoubleTensor(places(in: shape).map(value), shape)
  }
}

extension Twin {
  package static func permuted(_ x: DoubleTensor, _ axes: [Int]) -> DoubleTensor {
    .filled(axes.map { x.shape[$0] }) { place in
      var source = place
      for (i, axis) in axes.enumerated() { source[axis] = place[i] }
      return x[source]
    }
  }

  package static func flipped(_ x: DoubleTensor, axes: [Int]) -> DoubleTensor {
    .filled(x.shape) { place in
      var source = place
      for axis in axes { source[axis] = x.shape[axis] - 1 - place[axis] }
      return x[source]
    }
  }

  /// Element i moves to i + shift, around the end.
  package static func rolled(_ x: DoubleTensor, shifts: [Int], axes: [Int]) -> DoubleTensor {
    .filled(x.shape) { place in
      var source = place
      for (shift, axis) in zip(shifts, axes) {
        let size = x.shape[axis]
        source[axis] = ((place[axis] - shift) % size + size) % size
      }
      return x[source]
    }
  }

  package static func sliced(_ x: DoubleTensor, axis: Int, _ range: Range<Int>) -> DoubleTensor {
    var shape = x.shape
    shape[axis] = range.count
    return .filled(shape) { place in
      var source = place
      source[axis] += range.lowerBound
      return x[source]
    }
  }

  package static func concatenate(_ parts: [DoubleTensor], axis: Int) -> DoubleTensor {
    var shape = parts[0].shape
    shape[axis] = parts.reduce(0) { $0 + $1.shape[axis] }
    return .filled(shape) { place in
      var source = place, part = 0
      while source[axis] >= parts[part].shape[axis] {
        source[axis] -= parts[part].shape[axis]
        part += 1
      }
      return parts[part][source]
    }
  }

  package static func gather(_ x: DoubleTensor, axis: Int, indices: [Int]) -> DoubleTensor {
    var shape = x.shape
    shape[axis] = indices.count
    return .filled(shape) { place in
      var source = place
      source[axis] = indices[place[axis]]
      return x[source]
    }
  }

  package static func broadcast(_ x: DoubleTensor, to shape: [Int]) -> DoubleTensor {
    let missing = shape.count - x.shape.count
    return .filled(shape) { place in x[zip(place[missing...], x.shape).map { $1 == 1 ? 0 : $0 }] }
  }

  /// Lines of elements continued at both ends; each pixel shows what its row and its column say.
  package static func pad(
    _ x: DoubleTensor, top: Int, bottom: Int, left: Int, right: Int, mode: PaddingMode
  ) -> DoubleTensor {
    /// The elements that follow the last one of an axis, outwards; -1 for the mode's value.
    func added(_ count: Int, to size: Int) -> [Int] {
      (0..<count).map { k in
        switch mode {
        case .zero, .constant: return -1
        case .replicate: return size - 1
        case .reflect: return size - 2 - k
        case .symmetric:
          let mirrored = Array((0..<size).reversed()) + Array(0..<size)
          return mirrored[k % mirrored.count]
        }
      }
    }
    func line(_ size: Int, _ before: Int, _ after: Int) -> [Int] {
      let start = added(before, to: size).map { $0 < 0 ? -1 : size - 1 - $0 }
      return start.reversed() + Array(0..<size) + added(after, to: size)
    }
    let rows = line(x.shape[1], top, bottom), columns = line(x.shape[2], left, right)
    let value: Double = if case .constant(let value) = mode { Double(value) } else { 0 }
    return .filled([x.shape[0], rows.count, columns.count, x.channels]) { place in
      let (row, column) = (rows[place[1]], columns[place[2]])
      return row < 0 || column < 0 ? value : x[[place[0], row, column, place[3]]]
    }
  }

  /// The windows of an image row by row, and so the pixels of a window.
  package static func windowPartition(_ x: DoubleTensor, height: Int, width: Int) -> DoubleTensor {
    var values: [Double] = []
    for n in 0..<x.shape[0] {
      for top in stride(from: 0, to: x.shape[1], by: height) {
        for left in stride(from: 0, to: x.shape[2], by: width) {
          for y in top..<top + height {
            for column in left..<left + width {
              for c in 0..<x.channels { values.append(x[n, y, column, c]) }
            }
          }
        }
      }
    }
    return DoubleTensor(values, [values.count / (height * width * x.channels), height * width, x.channels])
  }

  /// Windows put back, each pixel found by its coordinates.
  package static func windowMerge(
    _ x: DoubleTensor, window: (height: Int, width: Int), height: Int, width: Int
  ) -> DoubleTensor {
    let across = width / window.width, perImage = height / window.height * across
    return .filled([x.shape[0] / perImage, height, width, x.channels]) { place in
      let (row, column) = (place[1], place[2])
      let number = place[0] * perImage + row / window.height * across + column / window.width
      return x[[number, row % window.height * window.width + column % window.width, place[3]]]
    }
  }

  /// The inverse of `pixelShuffle`.
  package static func pixelUnshuffle(_ x: DoubleTensor, _ r: Int) -> DoubleTensor {
    .filled([x.shape[0], x.shape[1] / r, x.shape[2] / r, x.channels * r * r]) { place in
      let c = place[3]
      return x[[place[0], place[1] * r + c / r % r, place[2] * r + c % r, c / (r * r)]]
    }
  }
}
