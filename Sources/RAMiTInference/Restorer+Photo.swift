import RAMiTDiagnostics
import RAMiTImaging
import RAMiTModels
import RAMiTTensorCore

extension Restorer {
  /// Restores a photo of any kind, and keeps its kind.
  ///
  /// - Gray stays gray: a model of colour images gets it replicated, and the luma of its result is kept.
  /// - Colour stays colour: a model of gray images restores each channel by itself.
  /// - 16 bits stay 16 bits.
  /// - Alpha is enlarged as a gray image, by the same model, so that its edges fit those of the colours; tasks that
  ///   keep the size leave it as it is. Colours that it hides are filled from their neighbours before.
  ///
  /// - Parameter name: of the photo, for messages.
  /// - Throws: `InputError` when the result is not finite: a picture would show it as black, or noise.
  package func restore(_ photo: Image, named name: String = "photo") throws -> Image {
    let restored = try restoreColors(photo.fillingTransparentColors().opaque, named: name)
    guard let alpha = photo.alpha else { return restored }
    guard task.isSuperResolution else { return restored.with(alpha: alpha) }
    let range = LocalRange(alpha)
    // A constant channel needs no model.
    let enlarged =
      range.isOneValue ? bicubicUpscale(alpha, by: task.scale) : try restoreColors(alpha, named: name)
    return restored.with(alpha: range.limiting(enlarged, scale: task.scale))
  }

  /// - Parameter photo: without alpha.
  private func restoreColors(_ photo: Image, named name: String) throws -> Image {
    func image(_ values: Tensor) throws -> Image {
      let count = values.nonFiniteCount
      guard count == 0 else {
        throw InputError(name, expected: "a finite result", found: "\(count) of \(values.count) values not finite")
      }
      return Image(values, bitDepth: photo.bitDepth)
    }
    switch (photo.channels == 1, task.channels == 1) {
    case (false, false), (true, true): return try image(self(photo.tensor()))
    case (true, false): return try image(self(photo.rgb().tensor())).grayscale()
    case (false, true): return try image(Tensor(channels: (0..<3).map { self(photo.channel($0).tensor()) }))
    }
  }
}
