import RAMiTDiagnostics
import RAMiTEvaluation
import RAMiTImaging
import RAMiTInference
import RAMiTModels
import RAMiTTensorCore

/// What a figure is about: a photo as it should be, and what models get.
package struct FigureImages {
  /// The photo's file, or that of the input.
  package let name: String
  /// 8 bits deep, with the task's channels; nil where there is only an input.
  package let target: Image?
  /// H x W x the task's channels in [0, 1]; noise may lie outside.
  package let input: Tensor
  package let task: RestorationTask

  /// Reads the photos.
  /// - Parameters:
  ///   - target: the photo as it should be.
  ///   - input: what models get; nil makes it of the target: by bicubic downscaling for super-resolution, with the
  ///     noise of the published evaluation for denoising.
  ///   - sigma: the noise's standard deviation, of 255.
  /// - Throws: `InputError` that names the file or the option: no photo, no input for a task that cannot make it, sizes
  ///   that do not fit.
  package init(target: String?, input: String?, task: RestorationTask, sigma: Double) throws {
    guard let name = target ?? input else {
      throw InputError("the figure", expected: "a photo, or --input", found: "neither")
    }
    self.name = name
    self.task = task
    let photo = try target.map { try Self.read($0, task) }
    if let input {
      let image = try Self.read(input, task)
      self.input = image.tensor()
      self.target = try photo.map { photo in
        let (width, height) = (image.width * task.scale, image.height * task.scale)
        guard width <= photo.width, height <= photo.height else {
          throw InputError(
            input,
            expected: "an input of at most \(photo.width / task.scale) x \(photo.height / task.scale) pixels,"
              + " as its target has \(photo.width) x \(photo.height) for \(task.rawValue)",
            found: "\(image.width) x \(image.height)")
        }
        return photo.cropped(x: 0, y: 0, width: width, height: height)
      }
    } else if let photo {
      guard !task.kind.needsInputFiles else {
        throw InputError("--input", expected: "the photo that a model for \(task.rawValue) gets", found: "no file")
      }
      let side = Self.leastSide * task.scale
      guard min(photo.width, photo.height) >= side else {
        throw InputError(
          name, expected: "at least \(side) pixels a side", found: "\(photo.width) x \(photo.height)")
      }
      if task.isDenoising {
        self.input = photo.tensor().addingPublishedNoise(sigma: sigma)
        self.target = photo
      } else {
        let small = bicubicDownscale(photo, by: task.scale)
        self.input = small.tensor()
        self.target = photo.cropped(x: 0, y: 0, width: small.width * task.scale, height: small.height * task.scale)
      }
    } else {
      (self.input, self.target) = (Tensor(zeros: [1, 1, task.channels]), nil)
    }
    guard min(self.input.shape[0], self.input.shape[1]) >= Self.leastSide else {
      throw InputError(
        input ?? name, expected: "at least \(Self.leastSide) pixels a side",
        found: "\(self.input.shape[1]) x \(self.input.shape[0])")
    }
  }

  private static let leastSide = 8

  /// A photo with the task's channels, 8 bits deep, without alpha.
  private static func read(_ path: String, _ task: RestorationTask) throws -> Image {
    let photo = try ImageFile.read(path).flattened(onto: .white)
    let image = task.channels == 1 ? photo.grayscale() : photo.rgb()
    return image.bitDepth == 8 ? image : Image(image.tensor())
  }

  /// The sides of the output, in pixels.
  package var outputWidth: Int { input.shape[1] * task.scale }
  package var outputHeight: Int { input.shape[0] * task.scale }

  /// The target, or the input as large as the output.
  package var shown: Image { target ?? task.baseline(Image(input)) }
  var shownName: String { target == nil ? "input" : "target" }

  /// The input's, for the memory that models take.
  var size: PhotoSize { PhotoSize(width: input.shape[1], height: input.shape[0], channels: input.shape[2]) }

  /// The photo's name for messages and titles.
  var title: String { String(name.split(separator: "/").last ?? "photo") }

  /// Checks that a rectangle of an option lies in the output.
  /// - Throws: `InputError`.
  package func check(_ box: PixelRectangle, option: String) throws {
    guard box.isInside(width: outputWidth, height: outputHeight) else {
      throw InputError(
        option, expected: "a box inside the image of \(outputWidth)x\(outputHeight)", found: box.description)
    }
  }
}

/// A model in a figure.
package struct FigureModel {
  /// What the figure calls it.
  package let label: String
  package let model: any RestorationModel

  package init(label: String, model: any RestorationModel) {
    self.label = label
    self.model = model
  }

  /// The image restored, within the free memory.
  /// - Parameter note: called with a line about tiles, where the whole takes too much memory.
  /// - Throws: `InputError` where there is too little, or the result is not finite.
  func restore(_ images: FigureImages, note: (String) -> Void) throws -> Image {
    let fit = try Restorer(model).fitting(images.name, images.size, into: .tensor)
    if let tiles = fit.note { note("\(label): \(tiles), which changes scores a little") }
    let output = fit.restorer(images.input)
    let wrong = output.nonFiniteCount
    guard wrong == 0 else {
      throw InputError(label, expected: "a finite result", found: "\(wrong) of \(output.count) values not finite")
    }
    return Image(output)
  }
}

extension FigureModel {
  /// Checks that the model can run on the whole image.
  /// - Throws: `InputError` where that takes more memory than there is.
  func checkMemory(_ images: FigureImages) throws {
    let size = images.size
    guard try Restorer(model).fitting(images.name, size).note == nil else {
      throw InputError(
        images.name, expected: "a smaller photo, which \(label) can take as a whole in this memory",
        found: "an input of \(size.width) x \(size.height)")
    }
  }
}

extension Image {
  /// The image for a panel: enlarged by a whole number, or made smaller, so that its longer side is about `side`.
  func panel(side: Double, caption: [String], marks: [Panel.Mark] = []) -> Panel {
    let longest = Double(max(width, height))
    if longest > side {
      let factor = side / longest
      let (width, height) = (
        max(1, Int((Double(width) * factor).rounded())), max(1, Int((Double(height) * factor).rounded()))
      )
      let small = bicubicResize(self, width: width, height: height, scale: factor)
      return Panel(small, zoom: 1, caption: caption, marks: marks)
    }
    return Panel(self, zoom: max(1, Int(side / longest)), caption: caption, marks: marks)
  }
}

extension PixelRectangle {
  /// The rectangle on a panel that shows an image of these sides.
  func place(on panel: Panel, imageWidth: Int, imageHeight: Int) -> Rectangle {
    let (across, down) = (panel.width / Double(imageWidth), panel.height / Double(imageHeight))
    return Rectangle(Double(x) * across, Double(y) * down, Double(width) * across, Double(height) * down)
  }
}

extension FigureImages {
  /// A square in the middle of the output, or less where that is smaller.
  package func middle(side: Int) -> PixelRectangle {
    .middle(width: side, height: side, of: outputWidth, outputHeight)
  }

  /// A part of the photo.
  /// - Parameter area: in pixels of the output; rounded outward to whole pixels of the input.
  /// - Throws: `InputError` for an area outside of the photo, or a small one.
  package func cropped(to area: PixelRectangle) throws -> FigureImages {
    try check(area, option: "--area")
    let scale = task.scale
    let (left, top) = (area.x / scale, area.y / scale)
    let right = (area.x + area.width + scale - 1) / scale, bottom = (area.y + area.height + scale - 1) / scale
    guard min(right - left, bottom - top) >= Self.leastSide else {
      throw InputError(
        "--area", expected: "at least \(Self.leastSide * scale) pixels a side", found: area.description)
    }
    return FigureImages(
      name: name,
      target: target?.cropped(
        x: left * scale, y: top * scale, width: (right - left) * scale, height: (bottom - top) * scale),
      input: input.cropped(y: top, x: left, height: bottom - top, width: right - left), task: task)
  }

  private init(name: String, target: Image?, input: Tensor, task: RestorationTask) {
    (self.name, self.target, self.input, self.task) = (name, target, input, task)
  }
}
