import RAMiTKernels
import RAMiTModels

/// What lies around a model's graph: an image is padded as `RestorationModel.restore` pads it, and the result is
/// cropped to what belongs to the image.
struct ImageFrame {
  private let builder: GraphBuilder
  private let padding: ImagePadding

  init(_ builder: GraphBuilder, _ padding: ImagePadding) { (self.builder, self.padding) = (builder, padding) }

  private var padsNothing: Bool { padding.multiple == 1 && padding.least == 0 }

  // MARK: Images of one size

  /// - Returns: the name of the padded image, N x C x H x W.
  func padded(_ image: String, height: Int, width: Int) -> String {
    let (tall, wide) = (padding.paddedSide(height), padding.paddedSide(width))
    if (tall, wide) == (height, width) { return image }
    let mode = padding.mode(height: height, width: width)
    guard mode.source(of: height, size: height) != nil else {
      return filled(image, builder.integers([tall - height, wide - width]))
    }
    func gathered(_ x: String, _ size: Int, _ padded: Int, axis: Int) -> String {
      if padded == size { return x }
      let places = (0..<padded).map { mode.source(of: $0, size: size)! }
      return builder.add("Gather", [x, builder.integers(places)], [ONNXAttribute("axis", axis)])
    }
    return gathered(gathered(image, height, tall, axis: 2), width, wide, axis: 3)
  }

  /// - Parameter scale: how many times larger the result is.
  func cropped(_ result: String, height: Int, width: Int, scale: Int) -> String {
    if (padding.paddedSide(height), padding.paddedSide(width)) == (height, width) { return result }
    return cropped(result, builder.integers([height * scale, width * scale]))
  }

  // MARK: Images of any size

  /// An image of any size in the graph.
  struct Image {
    /// The padded image, N x C x H x W.
    let name: String
    /// The number of images, and the padded sides in units, one element each.
    let units: [String]
    fileprivate let height, width: String
  }

  func padded(_ image: String) -> Image {
    let shape = builder.add("Shape", [image])
    func side(_ place: Int) -> String {
      builder.add("Gather", [shape, builder.integers([place])], [ONNXAttribute("axis", 0)])
    }
    let (images, height, width) = (side(0), side(2), side(3))
    if padsNothing { return Image(name: image, units: [images, height, width], height: height, width: width) }
    let multiple = builder.integers([padding.multiple])
    func units(_ side: String) -> String {
      builder.add(
        "Div", [builder.add("Add", [side, builder.integers([padding.least + padding.multiple - 1])]), multiple])
    }
    let (rows, columns) = (units(height), units(width))
    let (tall, wide) = (builder.add("Mul", [rows, multiple]), builder.add("Mul", [columns, multiple]))
    let padded: String
    switch padding.mode {
    case .zero, .constant:
      func added(_ side: String, _ size: String) -> String { builder.add("Sub", [side, size]) }
      let counts = builder.add("Concat", [added(tall, height), added(wide, width)], [ONNXAttribute("axis", 0)])
      padded = filled(image, counts)
    case .replicate:
      padded = gathered(image, height: edge(height, tall), width: edge(width, wide))
    case .symmetric, .reflect:
      let reflected = padding.mode == .reflect ? isReflected(height, tall, width, wide) : builder.integers([0])
      let start = builder.integers([0])
      padded = gathered(
        image, height: builder.mirroredPlaces(from: start, to: tall, size: height, isReflected: reflected),
        width: builder.mirroredPlaces(from: start, to: wide, size: width, isReflected: reflected))
    }
    return Image(name: padded, units: [images, rows, columns], height: height, width: width)
  }

  func cropped(_ result: String, as image: Image, scale: Int) -> String {
    if padsNothing { return result }
    let factor = builder.integers([scale, scale])
    let sides = builder.add("Concat", [image.height, image.width], [ONNXAttribute("axis", 0)])
    return cropped(result, scale == 1 ? sides : builder.add("Mul", [sides, factor]))
  }

  // MARK: Parts

  /// - Parameter counts: how many pixels are added below and on the right.
  private func filled(_ image: String, _ counts: String) -> String {
    let value: Float = if case .constant(let value) = padding.mode { value } else { 0 }
    let pads = builder.add("Concat", [builder.integers([0, 0]), counts], [ONNXAttribute("axis", 0)])
    return builder.add("Pad", [image, pads, builder.number(value), builder.integers([2, 3])])
  }

  private func gathered(_ image: String, height: String, width: String) -> String {
    let rows = builder.add("Gather", [image, height], [ONNXAttribute("axis", 2)])
    return builder.add("Gather", [rows, width], [ONNXAttribute("axis", 3)])
  }

  /// The places of a side whose last pixel is repeated.
  private func edge(_ size: String, _ padded: String) -> String {
    let none = builder.integers([0]), end = builder.add("Squeeze", [padded, none])
    let places = builder.add("Range", [builder.scalar(0), end, builder.scalar(1)])
    return builder.add("Min", [places, builder.add("Sub", [size, builder.integers([1])])])
  }

  /// 1 where the image is large enough for a reflection, which does not repeat the edge pixel; else 0.
  private func isReflected(_ height: String, _ tall: String, _ width: String, _ wide: String) -> String {
    func fits(_ padded: String, _ size: String) -> String {
      builder.add("Less", [padded, builder.add("Mul", [size, builder.integers([2])])])
    }
    return builder.add(
      "Cast", [builder.add("And", [fits(tall, height), fits(wide, width)])],
      [ONNXAttribute("to", ONNXElementType.int64.rawValue)])
  }

  private func cropped(_ result: String, _ ends: String) -> String {
    builder.add("Slice", [result, builder.integers([0, 0]), ends, builder.integers([2, 3])])
  }
}
