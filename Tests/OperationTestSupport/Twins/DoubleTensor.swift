import RAMiTTensorCore
import Synchronization

/// Values in double precision, row-major with channels last: what the slow twins of the operations compute with.
package struct DoubleTensor: Sendable {
  package let shape: [Int]
  package var values: [Double]

  package init(zeros shape: [Int]) {
    self.shape = shape
    values = Array(repeating: 0, count: shape.reduce(1, *))
  }

  package init(_ values: [Double], _ shape: [Int]) {
    precondition(values.count == shape.reduce(1, *), "\(values.count) values for a tensor of \(shape)")
    self.shape = shape
    self.values = values
  }

  package init(_ tensor: Tensor) {
    self.init(tensor.array.map(Double.init), tensor.shape.dimensions)
  }

  /// The innermost size: a feature map's channels.
  package var channels: Int { shape.last ?? 1 }
  /// A feature map's pixels, over the whole batch.
  package var pixels: Int { values.count / max(1, channels) }

  /// An element of a feature map N x H x W x C.
  package subscript(n: Int, y: Int, x: Int, c: Int) -> Double {
    get { values[((n * shape[1] + y) * shape[2] + x) * shape[3] + c] }
    set { values[((n * shape[1] + y) * shape[2] + x) * shape[3] + c] = newValue }
  }

  /// This one's shape with other channels, zero.
  func zeros(channels: Int) -> DoubleTensor { DoubleTensor(zeros: shape.dropLast() + [channels]) }

  package static func + (a: DoubleTensor, b: DoubleTensor) -> DoubleTensor {
    precondition(a.shape == b.shape, "\(a.shape) and \(b.shape) cannot be added")
    return DoubleTensor(zip(a.values, b.values).map { $0 + $1 }, a.shape)
  }
}

/// The operations in double precision: plain loops written from the equations, to hold the fast ones against.
///
/// Weights have the layouts of the operations: O x I/groups point-wise, O x 3 x 3 x I for a 3x3 convolution, 3 x 3 x C
/// depth-wise.
package enum Twin {}

/// How near the twins came to a kink: a place where an operation's slope jumps (LeakyReLU's zero, max-pool's tie, L1's
/// zero). Float32 may round to the other side of a near kink and then rightly has another gradient, so inputs are
/// chosen away from them.
package final class KinkDistance: Sendable {
  @TaskLocal static var current: KinkDistance?

  private let nearest = Mutex(Double.infinity)

  func note(_ distance: Double) {
    nearest.withLock { $0 = min($0, abs(distance)) }
  }

  /// The distance of the nearest kink that `body` meets.
  package static func during(_ body: () -> Void) -> Double {
    let watch = KinkDistance()
    $current.withValue(watch, operation: body)
    return watch.nearest.withLock { $0 }
  }
}
