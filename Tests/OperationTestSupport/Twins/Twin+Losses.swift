import Foundation

extension Twin {
  /// Mean absolute error.
  package static func l1(_ output: DoubleTensor, _ target: DoubleTensor) -> DoubleTensor {
    let kinks = KinkDistance.current
    return mean(output, target) {
      kinks?.note($0)
      return abs($0)
    }
  }

  /// Mean squared error.
  package static func mse(_ output: DoubleTensor, _ target: DoubleTensor) -> DoubleTensor {
    mean(output, target) { $0 * $0 }
  }

  /// The mean of sqrt(error^2 + epsilon^2).
  package static func charbonnier(_ output: DoubleTensor, _ target: DoubleTensor, epsilon: Double) -> DoubleTensor {
    mean(output, target) { ($0 * $0 + epsilon * epsilon).squareRoot() }
  }

  private static func mean(
    _ output: DoubleTensor, _ target: DoubleTensor, _ term: (Double) -> Double
  ) -> DoubleTensor {
    let terms = zip(output.values, target.values).map { term($0 - $1) }
    return DoubleTensor([terms.reduce(0, +) / Double(terms.count)], [])
  }

  /// Smooth L1, by its definition.
  package static func smoothL1(_ output: DoubleTensor, _ target: DoubleTensor, beta: Double) -> DoubleTensor {
    mean(output, target) { abs($0) < beta ? 0.5 * $0 * $0 / beta : abs($0) - 0.5 * beta }
  }

  /// Huber's loss, by its definition.
  package static func huber(_ output: DoubleTensor, _ target: DoubleTensor, delta: Double) -> DoubleTensor {
    mean(output, target) { abs($0) <= delta ? 0.5 * $0 * $0 : delta * (abs($0) - 0.5 * delta) }
  }

  /// 1 - SSIM: at each place of the window, moments weighted by the two-dimensional Gaussian.
  package static func ssimLoss(_ x: DoubleTensor, _ y: DoubleTensor, dataRange: Double) -> DoubleTensor {
    let bell = (-5...5).map { (distance: Int) -> Double in exp(-Double(distance * distance) / (2 * 1.5 * 1.5)) }
    let total = bell.reduce(0, +) * bell.reduce(0, +)
    let (c1, c2) = (pow(0.01 * dataRange, 2), pow(0.03 * dataRange, 2))
    var similarities: [Double] = []
    for place in DoubleTensor.places(in: [x.shape[0], x.shape[1] - 10, x.shape[2] - 10, x.channels]) {
      let window = DoubleTensor.places(in: [11, 11]).map { offset in
        let pixel = [place[0], place[1] + offset[0], place[2] + offset[1], place[3]]
        return (weight: bell[offset[0]] * bell[offset[1]] / total, x: x[pixel], y: y[pixel])
      }
      let meanX = window.reduce(0) { $0 + $1.weight * $1.x }, meanY = window.reduce(0) { $0 + $1.weight * $1.y }
      let varianceX = window.reduce(0) { $0 + $1.weight * ($1.x - meanX) * ($1.x - meanX) }
      let varianceY = window.reduce(0) { $0 + $1.weight * ($1.y - meanY) * ($1.y - meanY) }
      let covariance = window.reduce(0) { $0 + $1.weight * ($1.x - meanX) * ($1.y - meanY) }
      similarities.append(
        (2 * meanX * meanY + c1) * (2 * covariance + c2)
          / ((meanX * meanX + meanY * meanY + c1) * (varianceX + varianceY + c2)))
    }
    return DoubleTensor([1 - similarities.reduce(0, +) / Double(similarities.count)], [])
  }

  /// The mean over the images of 10 log10(mean squared error + epsilon).
  package static func psnrLoss(_ x: DoubleTensor, _ y: DoubleTensor, epsilon: Double) -> DoubleTensor {
    let size = x.values.count / x.shape[0]
    let images = (0..<x.shape[0]).map { (image: Int) -> Double in
      let squares = (image * size..<(image + 1) * size).map { (i: Int) -> Double in
        let difference = x.values[i] - y.values[i]
        return difference * difference
      }
      return 10 * log10(squares.reduce(0, +) / Double(size) + epsilon)
    }
    return DoubleTensor([images.reduce(0, +) / Double(images.count)], [])
  }

  /// The mean of |Re D| and |Im D|, where D is the Fourier transform of the difference, summed term by term.
  package static func fourierAmplitude(_ x: DoubleTensor, _ y: DoubleTensor) -> DoubleTensor {
    let (height, width) = (x.shape[1], x.shape[2])
    let difference = DoubleTensor(zip(x.values, y.values).map { $0 - $1 }, x.shape)
    /// cos and sin of 2 pi k / n, where the sine of whole half turns is zero.
    func turns(_ n: Int) -> [(cos: Double, sin: Double)] {
      (0..<n).map { k in
        let angle = 2 * Double.pi * Double(k) / Double(n)
        return (cos(angle), 2 * k % n == 0 ? 0 : sin(angle))
      }
    }
    let (down, across) = (turns(height), turns(width))
    var total = 0.0
    for place in DoubleTensor.places(in: [x.shape[0], height, width, x.channels]) {
      var (re, im) = (0.0, 0.0)
      for row in 0..<height {
        for column in 0..<width {
          let value = difference[place[0], row, column, place[3]]
          let (a, b) = (down[row * place[1] % height], across[column * place[2] % width])
          re += value * (a.cos * b.cos - a.sin * b.sin)
          im -= value * (a.sin * b.cos + a.cos * b.sin)
        }
      }
      KinkDistance.current?.note(re)
      // A frequency that is its own conjugate has no imaginary part.
      if 2 * place[1] % height != 0 || 2 * place[2] % width != 0 { KinkDistance.current?.note(im) }
      total += abs(re) + abs(im)
    }
    return DoubleTensor([total / Double(2 * x.values.count)], [])
  }

  /// MPRNet's: the Charbonnier loss of x - G M G x, each blur a sum over 5 x 5 pixels.
  package static func edgeLoss(_ x: DoubleTensor, _ y: DoubleTensor, epsilon: Double) -> DoubleTensor {
    let difference = DoubleTensor(zip(x.values, y.values).map { $0 - $1 }, x.shape)
    let taps = [0.05, 0.25, 0.4, 0.25, 0.05]
    func blurred(_ x: DoubleTensor) -> DoubleTensor {
      .filled(x.shape) { place in
        DoubleTensor.places(in: [5, 5]).reduce(0) { sum, offset in
          let row = min(max(place[1] + offset[0] - 2, 0), x.shape[1] - 1)
          let column = min(max(place[2] + offset[1] - 2, 0), x.shape[2] - 1)
          return sum + taps[offset[0]] * taps[offset[1]] * x[place[0], row, column, place[3]]
        }
      }
    }
    let once = blurred(difference)
    let kept = DoubleTensor.filled(x.shape) { $0[1] % 2 == 0 && $0[2] % 2 == 0 ? 4 * once[$0] : 0 }
    return charbonnier(difference, blurred(kept), epsilon: epsilon)
  }

  /// The mean absolute differences of neighbours below and to the right.
  package static func totalVariation(_ x: DoubleTensor) -> DoubleTensor {
    var sums = [0.0, 0.0], counts = [0.0, 0.0]
    for place in DoubleTensor.places(in: x.shape) {
      for (number, axis) in [1, 2].enumerated() where place[axis] + 1 < x.shape[axis] {
        var next = place
        next[axis] += 1
        let difference = x[next] - x[place]
        KinkDistance.current?.note(difference)
        sums[number] += abs(difference)
        counts[number] += 1
      }
    }
    return DoubleTensor([zip(sums, counts).reduce(0) { $0 + $1.0 / max(1, $1.1) }], [])
  }
}
