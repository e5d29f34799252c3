import RAMiTAutograd
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
  /// Tiles go into the result one by one, so that a whole output of floating-point numbers is never in memory.
  ///
  /// - Parameter name: of the photo, for messages.
  /// - Throws: `InputError` when the result, or a tile of it, is not finite: a picture would show it as black, or
  ///   noise.
  package func restore(_ photo: Image, named name: String = "photo") throws -> Image {
    guard let progress else { return try restorePhoto(photo, named: name) }
    var silent = self
    silent.progress = nil
    let total = multiplyAdds(height: photo.height, width: photo.width) * Double(passes(of: photo))
    return try Profiler { progress(min(1, Double($0) / total)) }.run { try silent.restorePhoto(photo, named: name) }
  }

  /// How often the model goes over a photo.
  private func passes(of photo: Image) -> Int {
    let colors = task.channels == 1 && photo.channels > 2 ? 3 : 1
    return colors + (photo.hasAlpha && task.isSuperResolution ? 1 : 0)
  }

  private func restorePhoto(_ photo: Image, named name: String) throws -> Image {
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
    guard let tiles = tiles(height: photo.height, width: photo.width) else {
      return try restoreWhole(photo, named: name)
    }
    let scale = task.scale
    var result = Image(
      black: photo.width * scale, photo.height * scale, channels: photo.channels, bitDepth: photo.bitDepth)
    for place in tiles.places {
      let (y, x) = (place.readRows.lowerBound, place.readColumns.lowerBound)
      let part = photo.cropped(x: x, y: y, width: place.readColumns.count, height: place.readRows.count)
      let rows = place.rows, columns = place.columns
      result.replace(
        y: rows.lowerBound * scale, x: columns.lowerBound * scale, by: try restoreWhole(part, named: name),
        rows: (rows.lowerBound - y) * scale..<(rows.upperBound - y) * scale,
        columns: (columns.lowerBound - x) * scale..<(columns.upperBound - x) * scale)
    }
    return result
  }

  /// - Parameter photo: without alpha; a photo, or a tile.
  private func restoreWhole(_ photo: Image, named name: String) throws -> Image {
    var whole = self
    whole.tile = nil
    func image(_ values: Tensor) throws -> Image {
      let count = values.nonFiniteCount
      guard count == 0 else {
        throw InputError(name, expected: "a finite result", found: "\(count) of \(values.count) values not finite")
      }
      return Image(values, bitDepth: photo.bitDepth)
    }
    switch (photo.channels == 1, task.channels == 1) {
    case (false, false), (true, true): return try image(whole(photo.tensor()))
    case (true, false): return try image(whole(photo.rgb().tensor())).grayscale()
    case (false, true): return try image(Tensor(channels: (0..<3).map { whole(photo.channel($0).tensor()) }))
    }
  }
}
