import Diagnostics
import Foundation
import Imaging
import Models
import TensorCore

/// A folder of benchmark images: `HR` with `LR_bicubic/X2/NAMEx2.png` for super-resolution, `HQ` for denoising, `HQ`
/// and `LQ` for the other tasks.
public struct TestSet: Sendable {
  /// Where a model's input comes from.
  public enum Inputs: Equatable, Sendable {
    /// Files beside the targets.
    case files
    /// MATLAB-compatible bicubic downscaling of the targets.
    case bicubic
    /// Gaussian noise on the targets.
    case noise
  }

  public let path: String
  /// The folder's name: what reports call the set.
  public let name: String
  public let task: RestorationTask
  public let inputs: Inputs
  /// The targets' files, by name.
  let targets: [String]
  /// The folder of the inputs' files.
  private let inputFolder: String?

  /// - Throws: `InputError` that shows the expected tree when the folder has another, or no image.
  public init(_ path: String, task: RestorationTask) throws {
    self.path = path
    self.task = task
    name = URL(fileURLWithPath: path).standardizedFileURL.lastPathComponent
    func isFolder(_ path: String) -> Bool {
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }
    let targetName = task.isSuperResolution ? "HR" : "HQ"
    let targetFolder = path + "/" + targetName
    let inputName = task.isSuperResolution ? "LR_bicubic/X\(task.scale)" : "LQ"
    let inputFolder = path + "/" + inputName
    func layoutError(found: String) -> InputError {
      let tree =
        switch task {
        case .x2, .x3, .x4:
          "HR/NAME.png and \(inputName)/NAMEx\(task.scale).png (without LR_bicubic inputs are made by downscaling)"
        case .dn, .graydn: "HQ/NAME.png"
        case .lle, .dr: "HQ/NAME.png and LQ/NAME.png"
        }
      return InputError(path, expected: "a test set for \(task.rawValue): \(tree)", found: found)
    }
    guard isFolder(path) else { throw layoutError(found: "no such folder") }
    guard isFolder(targetFolder) else { throw layoutError(found: "no folder \(targetName)") }
    targets = try ImageFile.list(targetFolder)
    guard !targets.isEmpty else { throw layoutError(found: "no image in \(targetName)") }
    if task.isDenoising {
      (inputs, self.inputFolder) = (.noise, nil)
    } else if isFolder(inputFolder) {
      (inputs, self.inputFolder) = (.files, inputFolder)
    } else if task.isSuperResolution {
      (inputs, self.inputFolder) = (.bicubic, nil)
    } else {
      throw layoutError(found: "no folder LQ")
    }
  }

  public var count: Int { targets.count }

  /// A target's name without its ending.
  func imageName(_ index: Int) -> String {
    URL(fileURLWithPath: targets[index]).deletingPathExtension().lastPathComponent
  }

  /// Reads an image: what the model gets, and what it should become.
  /// - Parameter sigma: the noise's standard deviation, of 255 (denoising).
  /// - Throws: `InputError` that names the file.
  func image(_ index: Int, sigma: Double?) throws -> TestImage {
    let file = targets[index]
    let target = try read(file)
    let input: Image
    switch inputs {
    case .noise:
      try checkSize(target.width, target.height, file)
      return TestImage(input: target.tensor().addingPublishedNoise(sigma: sigma ?? 0), target: target)
    case .bicubic:
      try checkSize(target.width / task.scale, target.height / task.scale, file)
      input = bicubicDownscale(target, by: task.scale)
    case .files:
      let partner = try inputFile(of: file)
      input = try read(partner)
      try checkPair(input, partner, target, file)
    }
    let cut = target.cropped(
      x: 0, y: 0, width: min(target.width, input.width * task.scale),
      height: min(target.height, input.height * task.scale))
    return TestImage(input: input.tensor(), target: cut)
  }

  /// As the task's models take it: RGB or gray, without alpha, 8 bits deep.
  private func read(_ file: String) throws -> Image {
    let image = try ImageFile.read(file).upperBits
    return task.channels == 1 ? image.grayscale() : image.rgb()
  }

  /// The file of the target's name, in super-resolution with the scale's suffix; the target's own ending comes first.
  private func inputFile(of target: String) throws -> String {
    let url = URL(fileURLWithPath: target), folder = inputFolder ?? path
    let stem = url.deletingPathExtension().lastPathComponent + (task.isSuperResolution ? "x\(task.scale)" : "")
    for ending in [url.pathExtension] + ImageFile.extensions {
      let candidate = "\(folder)/\(stem).\(ending)"
      if FileManager.default.fileExists(atPath: candidate) { return candidate }
    }
    throw InputError(target, expected: "its input \(folder)/\(stem).png", found: "no such file")
  }

  private func checkSize(_ width: Int, _ height: Int, _ file: String) throws {
    let least = task.smallestScoredInput
    guard min(width, height) >= least else {
      throw InputError(
        file, expected: "at least \(least * task.scale) pixels a side, for SSIM's window",
        found: "about \(width * task.scale) x \(height * task.scale)")
    }
  }

  /// An input is its target's size divided by the scale, rounded down or up.
  private func checkPair(_ input: Image, _ inputFile: String, _ target: Image, _ targetFile: String) throws {
    func fits(_ input: Int, _ target: Int) -> Bool {
      input == target / task.scale || input == (target + task.scale - 1) / task.scale
    }
    guard fits(input.width, target.width), fits(input.height, target.height) else {
      throw InputError(
        inputFile,
        expected: "\(target.width / task.scale) x \(target.height / task.scale) pixels, as \(targetFile) has "
          + "\(target.width) x \(target.height)",
        found: "\(input.width) x \(input.height)")
    }
    try checkSize(min(input.width, target.width / task.scale), min(input.height, target.height / task.scale), inputFile)
  }
}

extension Image {
  /// The upper 8 of 16 bits: what OpenCV, which the published scores were made with, reads where it is asked for 8.
  fileprivate var upperBits: Image {
    guard case .uint16(let values) = samples else { return self }
    return Image(width: width, height: height, channels: channels, samples: .uint8(values.map { UInt8($0 >> 8) }))
  }
}

/// What the model gets, H x W x C in [0, 1] (noise may lie outside), and what it should become.
struct TestImage {
  let input: Tensor
  let target: Image
}
