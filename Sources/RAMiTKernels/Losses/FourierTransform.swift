import Foundation

/// The discrete Fourier transform of any length, of 16 lines side by side: X[k] = sum x[n] exp(-2 pi i k n / N), not
/// scaled.
///
/// Stockham's self-sorting algorithm with mixed radices: a length N with prime factors p takes about N sum(p)
/// multiply-adds, so lengths of small factors are fast, and a large prime takes as long as its square says.
struct FourierTransform: Sendable {
  let length: Int
  private let radices: [Int]
  /// cos(2 pi k / N), and sin(2 pi k / N) after them.
  private let roots: [Float]

  /// - Precondition: the length is positive.
  init(length: Int) {
    precondition(length > 0, "a Fourier transform of \(length) values")
    self.length = length
    var radices: [Int] = [], rest = length, radix = 2
    while rest % 4 == 0 {
      radices.append(4)
      rest /= 4
    }
    while rest > 1 {
      if radix * radix > rest { radix = rest }
      while rest % radix == 0 {
        radices.append(radix)
        rest /= radix
      }
      radix += 1
    }
    self.radices = radices
    let angles = (0..<length).map { 2 * Double.pi * Double($0) / Double(length) }
    roots = angles.map { Float(cos($0)) } + angles.map { Float(sin($0)) }
  }

  /// Floats of memory for `transform`: two complex arrays of 16 lines.
  var memoryCount: Int { 4 * length * vectorWidth }

  /// Where element k of the 16 lines lies in memory; the imaginary part lies `imaginaryOffset` behind the real one.
  var imaginaryOffset: Int { length * vectorWidth }

  /// Transforms what lies at the start of the memory, real parts first.
  /// - Parameter inverse: with exp(+2 pi i k n / N).
  /// - Returns: where the result lies in the memory, real parts first.
  @inline(__always)
  func transform(_ memory: UnsafeMutablePointer<Float>, inverse: Bool) -> UnsafeMutablePointer<Float> {
    var (from, to) = (memory, memory + 2 &* imaginaryOffset)
    var (size, stride) = (length, 1)
    roots.withUnsafeBufferPointer { roots in
      for radix in radices {
        switch radix {
        case 2: pass2(from, to, size: size, stride: stride, roots: roots.baseAddress!, inverse: inverse)
        case 4: pass4(from, to, size: size, stride: stride, roots: roots.baseAddress!, inverse: inverse)
        default: pass(radix, from, to, size: size, stride: stride, roots: roots.baseAddress!, inverse: inverse)
        }
        size /= radix
        stride *= radix
        swap(&from, &to)
      }
    }
    return from
  }

  /// 16 complex numbers.
  private struct Complex {
    var re: Vector
    var im: Vector

    @inline(__always)
    static func + (a: Complex, b: Complex) -> Complex { Complex(re: a.re + b.re, im: a.im + b.im) }

    @inline(__always)
    static func - (a: Complex, b: Complex) -> Complex { Complex(re: a.re - b.re, im: a.im - b.im) }

    /// Times one number for all lines.
    @inline(__always)
    func times(_ re: Float, _ im: Float) -> Complex {
      let (c, s) = (Vector(repeating: re), Vector(repeating: im))
      return Complex(re: self.re * c - self.im * s, im: self.re * s + self.im * c)
    }
  }

  @inline(__always)
  private func read(_ from: UnsafePointer<Float>, _ k: Int) -> Complex {
    let place = from + k &* vectorWidth
    return Complex(re: load(place), im: load(place + imaginaryOffset))
  }

  @inline(__always)
  private func write(_ value: Complex, _ to: UnsafeMutablePointer<Float>, _ k: Int) {
    let place = to + k &* vectorWidth
    store(value.re, place)
    store(value.im, place + imaginaryOffset)
  }

  /// exp(-+2 pi i k / N).
  @inline(__always)
  private func root(_ roots: UnsafePointer<Float>, _ k: Int, _ inverse: Bool) -> (re: Float, im: Float) {
    (roots[k], inverse ? roots[length &+ k] : -roots[length &+ k])
  }

  @inline(__always)
  private func pass2(
    _ from: UnsafePointer<Float>, _ to: UnsafeMutablePointer<Float>, size: Int, stride: Int,
    roots: UnsafePointer<Float>, inverse: Bool
  ) {
    let half = size / 2
    for p in 0..<half {
      let w = root(roots, p &* stride, inverse)
      for q in 0..<stride {
        let a = read(from, q &+ stride &* p), b = read(from, q &+ stride &* (p &+ half))
        write(a + b, to, q &+ stride &* 2 &* p)
        write((a - b).times(w.re, w.im), to, q &+ stride &* (2 &* p &+ 1))
      }
    }
  }

  @inline(__always)
  private func pass4(
    _ from: UnsafePointer<Float>, _ to: UnsafeMutablePointer<Float>, size: Int, stride: Int,
    roots: UnsafePointer<Float>, inverse: Bool
  ) {
    let quarter = size / 4
    for p in 0..<quarter {
      let w1 = root(roots, p &* stride, inverse), w2 = root(roots, 2 &* p &* stride, inverse)
      let w3 = root(roots, 3 &* p &* stride, inverse)
      for q in 0..<stride {
        let a = read(from, q &+ stride &* p), b = read(from, q &+ stride &* (p &+ quarter))
        let c = read(from, q &+ stride &* (p &+ 2 &* quarter)), d = read(from, q &+ stride &* (p &+ 3 &* quarter))
        let (sum, difference) = (a + c, a - c), others = b + d
        // -i (b - d), or i (b - d) in the inverse transform.
        let turned = inverse ? (d - b) : (b - d)
        let side = Complex(re: turned.im, im: Vector.zero - turned.re)
        let place = q &+ stride &* 4 &* p
        write(sum + others, to, place)
        write((difference + side).times(w1.re, w1.im), to, place &+ stride)
        write((sum - others).times(w2.re, w2.im), to, place &+ 2 &* stride)
        write((difference - side).times(w3.re, w3.im), to, place &+ 3 &* stride)
      }
    }
  }

  /// Any radix.
  private func pass(
    _ radix: Int, _ from: UnsafePointer<Float>, _ to: UnsafeMutablePointer<Float>, size: Int, stride: Int,
    roots: UnsafePointer<Float>, inverse: Bool
  ) {
    let part = size / radix, turn = length / radix
    for p in 0..<part {
      for k in 0..<radix {
        let w = root(roots, p &* k &* stride, inverse)
        for q in 0..<stride {
          var sum = read(from, q &+ stride &* p)
          var angle = 0
          for j in 1..<radix {
            angle &+= k
            if angle >= radix { angle &-= radix }
            let r = root(roots, angle &* turn, inverse)
            sum = sum + read(from, q &+ stride &* (p &+ part &* j)).times(r.re, r.im)
          }
          write(sum.times(w.re, w.im), to, q &+ stride &* (radix &* p &+ k))
        }
      }
    }
  }
}
