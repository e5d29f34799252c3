import RAMiTTensorCore

/// What the tensors of a pass through a model take at their peak, as a straight line over the pixels of its padded
/// inputs.
///
/// The line is measured in two small passes, so it holds for every configuration and cannot drift from what the model
/// does.
package struct PassMemory: Equatable, Sendable {
  /// Bytes that do not depend on the pixels, and bytes for each pixel of the inputs.
  package let base, perPixel: Double

  package init(base: Double, perPixel: Double) {
    self.base = base
    self.perPixel = perPixel
  }

  package func bytes(pixels: Double) -> Double { base + perPixel * pixels }

  /// Measures one pass, and one with twice the pixels. Tensors that other threads make meanwhile count as well.
  /// - Parameters:
  ///   - pixels: of the smaller pass.
  ///   - pass: runs a pass of so many times the pixels, from its inputs on, and leaves no tensor behind.
  package static func measured(pixels: Int, _ pass: (_ factor: Int) -> Void) -> PassMemory {
    let bytes = [1, 2].map { factor in Double(StoragePool.shared.peakGrowth { pass(factor) }) }
    let perPixel = max(0, bytes[1] - bytes[0]) / Double(pixels)
    return PassMemory(base: max(0, bytes[0] - perPixel * Double(pixels)), perPixel: perPixel)
  }
}
