import RAMiTKernels
import RAMiTOperationTestSupport
import RAMiTParallel
import RAMiTTensorCore
import Testing

/// Memory that a kernel reads or writes, with guards before and after it. The guards are NaN: a kernel that uses them
/// shows it in its result, and one that writes there changes their bits, which every test with `guardedMemory` finds at
/// its end.
final class GuardedBuffer {
  /// A kernel may read a vector past the end; it may write nothing there.
  private static let guardCount = 2 * vectorWidth

  let count: Int
  /// What the kernel adds to.
  private let base: Double
  private let initial: [Float]
  private let memory: UnsafeMutablePointer<Float>

  init(_ values: [Float], base: Double = 0) {
    count = values.count
    self.base = base
    let edge = [Float](repeating: .nan, count: Self.guardCount)
    initial = edge + values + edge
    memory = .allocate(capacity: initial.count)
    memory.initialize(from: initial, count: initial.count)
    GuardedMemory.keep(self)
  }

  convenience init(_ tensor: DoubleTensor) { self.init(tensor.values.map { Float($0) }) }

  /// Memory that a kernel fills.
  convenience init(unwritten count: Int) { self.init([Float](repeating: .nan, count: count)) }

  /// A result: NaN that the kernel has to overwrite or, where it accumulates, a number that it has to add to.
  convenience init(result count: Int, accumulate: Bool) {
    self.init([Float](repeating: accumulate ? 0.5 : .nan, count: count), base: accumulate ? 0.5 : 0)
  }

  deinit { memory.deallocate() }

  var pointer: UnsafeMutablePointer<Float> { memory + Self.guardCount }
  var values: [Float] { (0..<count).map { pointer[$0] } }

  /// Expects these values, and on top of them what was there before an accumulating kernel; nil where nothing may be
  /// written.
  /// - Parameters:
  ///   - isAny: places that may hold anything.
  ///   - tolerance: relative to the largest value, or to `least` where all are smaller.
  func expect(
    _ expected: [Double?], ignoring isAny: (Int) -> Bool = { _ in false }, within tolerance: Double = 1e-5,
    ofAtLeast least: Double = 1e-12, _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let fault = fault(expected, ignoring: isAny, within: tolerance, ofAtLeast: least)
    #expect(fault == nil, comment, sourceLocation: sourceLocation)
  }

  /// As above, of the first values; the others may be any.
  func expect(
    prefix expected: [Double], within tolerance: Double = 1e-5, _ comment: Comment? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let rest = [Double?](repeating: nil, count: max(0, count - expected.count))
    expect(
      expected + rest, ignoring: { $0 >= expected.count }, within: tolerance, comment, sourceLocation: sourceLocation)
  }

  private func fault(
    _ expected: [Double?], ignoring isAny: (Int) -> Bool, within tolerance: Double, ofAtLeast least: Double
  ) -> String? {
    guard expected.count == count else { return "\(count) values, not \(expected.count)" }
    let largest = expected.reduce(least) { max($0, abs($1 ?? 0)) }
    for (place, expected) in expected.enumerated() where !isAny(place) {
      let value = pointer[place], before = initial[Self.guardCount + place]
      if let expected {
        let isRight = expected.isNaN ? value.isNaN : abs(Double(value) - expected - base) <= tolerance * largest
        if !isRight { return "[\(place)] is \(value), not \(expected + base); the largest is \(largest)" }
      } else if value.bitPattern != before.bitPattern {
        return "[\(place)] was \(before) and is \(value)"
      }
    }
    return nil
  }

  /// What was written outside.
  fileprivate var guardFault: String? {
    let edges = [0..<Self.guardCount, Self.guardCount + count..<initial.count]
    let touched = edges.joined().first { memory[$0].bitPattern != initial[$0].bitPattern }
    return touched.map { "[\($0 - Self.guardCount)], outside of \(count) values, is written" }
  }
}

/// The workers' scratch, NaN at first.
struct WorkMemory {
  let scratch: Scratch

  init(scratch count: Int, pieces: Int) {
    let each = paddedToVector(count)
    scratch = Scratch(GuardedBuffer(unwritten: each * workerCount(for: pieces)).pointer, count: each)
  }
}

/// The gradients of parameters, summed by groups of pieces.
struct SumsMemory {
  private let count: Int
  private let buffer: GuardedBuffer
  let sums: PartialSums

  init(_ count: Int) {
    self.count = count
    buffer = GuardedBuffer(unwritten: PartialSums.groups * count)
    sums = PartialSums(buffer.pointer, count: count)
  }

  /// The sums of all pieces.
  var pointer: UnsafeMutablePointer<Float> { buffer.pointer }

  func expect(
    _ expected: [Double], within tolerance: Double = 1e-5, _ comment: Comment? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(expected.count == count, comment, sourceLocation: sourceLocation)
    expect(prefix: expected, within: tolerance, comment, sourceLocation: sourceLocation)
  }

  /// As above, of the first sums; the others may be any.
  func expect(
    prefix expected: [Double], within tolerance: Double = 1e-5, _ comment: Comment? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    buffer.expect(prefix: expected, within: tolerance, comment, sourceLocation: sourceLocation)
  }
}

/// Keeps the memory of a test to its end, since kernels hold pointers, and finds there what was written outside.
struct GuardedMemory: SuiteTrait, TestTrait, TestScoping {
  private final class Buffers: @unchecked Sendable {
    var all: [GuardedBuffer] = []
  }

  @TaskLocal private static var buffers: Buffers?

  var isRecursive: Bool { true }

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    let buffers = Buffers()
    try await Self.$buffers.withValue(buffers) { try await function() }
    for buffer in buffers.all {
      let fault = buffer.guardFault
      #expect(fault == nil, sourceLocation: test.sourceLocation)
    }
  }

  static func keep(_ buffer: GuardedBuffer) {
    guard let buffers else { preconditionFailure("the test has not the trait .guardedMemory") }
    buffers.all.append(buffer)
  }
}

extension Trait where Self == GuardedMemory {
  static var guardedMemory: Self { GuardedMemory() }
}
