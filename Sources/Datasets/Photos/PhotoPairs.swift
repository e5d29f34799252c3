import Diagnostics
import Foundation
import Imaging

/// Where the input of a photo comes from.
public enum InputOrigin: Equatable, Sendable {
  /// A file of its own.
  case file
  /// MATLAB-compatible bicubic downscaling of the whole target.
  case bicubic
  /// Nowhere: noise is added to crops of the target.
  case none
}

/// Pairs of photos on disk.
public struct PhotoPairs: ImagePairs {
  private struct Entry {
    let name: String
    let target: String
    let input: String?
  }
  private let entries: [Entry]
  private let scale: Int
  private let channels: Int
  private let cache: PhotoCache
  public let origin: InputOrigin

  private init(
    _ targets: PhotoFolder, inputs: PhotoFolder?, origin: InputOrigin, scale: Int, channels: Int, cache: PhotoCache
  ) throws {
    let partners = try inputs.map { inputs in
      try targets.partners(in: inputs, scale: scale).map { inputs.location(of: $0) }
    }
    entries = targets.files.enumerated().map { index, file in
      Entry(name: PhotoFolder.stem(of: file), target: targets.location(of: file), input: partners?[index])
    }
    self.origin = inputs == nil ? origin : .file
    self.scale = scale
    self.channels = channels
    self.cache = cache
  }

  /// All photos of a folder, and of the folders in it.
  /// - Parameters:
  ///   - lowQuality: the folder of the inputs, paired by name; nil makes them from the photos.
  ///   - scale: how much larger a target is than its input; above 1 inputs are made by bicubic downscaling, at 1 by noise.
  ///   - channels: 3 for RGB, 1 for gray; files are converted.
  /// - Throws: `InputError` that names a missing folder, an empty one, or a file without its partner.
  public static func folder(
    _ path: String, lowQuality: String? = nil, scale: Int, channels: Int, cache: PhotoCache
  ) throws -> PhotoPairs {
    try PhotoPairs(
      PhotoFolder(path), inputs: lowQuality.map { try PhotoFolder($0) }, origin: scale > 1 ? .bicubic : .none,
      scale: scale, channels: channels, cache: cache)
  }

  /// DIV2K's training set as it is distributed: `DIV2K_train_HR/0001.png` and `DIV2K_train_LR_bicubic/X2/0001x2.png`.
  public static func div2k(_ path: String, scale: Int, cache: PhotoCache) throws -> PhotoPairs {
    try folder(
      path + "/DIV2K_train_HR", lowQuality: path + "/DIV2K_train_LR_bicubic/X\(scale)", scale: scale, channels: 3,
      cache: cache)
  }

  /// A test set: `HR` and `LR_bicubic/X2/NAMEx2`, or `HQ` and `LQ`; or a folder of photos alone, whose inputs are made.
  public static func testSet(_ path: String, scale: Int, channels: Int, cache: PhotoCache) throws -> PhotoPairs {
    func existing(_ names: String...) -> String? {
      names.map { path + "/" + $0 }.first { FileManager.default.fileExists(atPath: $0) }
    }
    return try folder(
      existing("HR", "HQ") ?? path, lowQuality: scale > 1 ? existing("LR_bicubic/X\(scale)") : existing("LQ"),
      scale: scale, channels: channels, cache: cache)
  }

  public var count: Int? { entries.count }

  /// Reads every file's header and checks that pairs fit together and hold a patch, so that a run does not stop hours later.
  /// - Throws: `InputError` that names the first file that does not.
  public func check(patch: Int) throws {
    for entry in entries {
      let target = try ImageFile.size(entry.target)
      try checkSize(target.width / scale, target.height / scale, patch: patch, file: entry.target)
      guard let input = entry.input else { continue }
      let size = try ImageFile.size(input)
      try checkPair(entry, inputWidth: size.width, inputHeight: size.height, target.width, target.height)
    }
  }

  public func pair(_ index: Int) throws -> ImagePair {
    let entry = entries[index % entries.count]
    let target = try cache.image(entry.target) { try read(entry.target) }
    let input: Image?
    switch origin {
    case .none: input = nil
    case .bicubic: input = try cache.image("\(entry.target) x\(scale)") { try downscale(target, entry.target) }
    case .file: input = try cache.image(entry.input!) { try read(entry.input!) }
    }
    if let input, origin == .file {
      try checkPair(entry, inputWidth: input.width, inputHeight: input.height, target.width, target.height)
    }
    return ImagePair(name: entry.name, lowQuality: input, target: target)
  }

  private func read(_ file: String) throws -> Image {
    let image = try ImageFile.read(file)
    return channels == 1 ? image.grayscale() : image.rgb()
  }

  private func downscale(_ target: Image, _ file: String) throws -> Image {
    try checkSize(target.width / scale, target.height / scale, patch: 1, file: file)
    return bicubicDownscale(target, by: scale)
  }

  private func checkSize(_ width: Int, _ height: Int, patch: Int, file: String) throws {
    guard min(width, height) >= patch else {
      throw InputError(
        file, expected: "an image of at least \(patch * scale) x \(patch * scale) pixels for patches of \(patch)",
        found: "about \(width * scale) x \(height * scale)")
    }
  }

  /// An input is its target's size divided by the scale, rounded down or up.
  private func checkPair(_ entry: Entry, inputWidth: Int, inputHeight: Int, _ width: Int, _ height: Int) throws {
    func fits(_ input: Int, _ target: Int) -> Bool { input == target / scale || input == (target + scale - 1) / scale }
    guard fits(inputWidth, width), fits(inputHeight, height) else {
      throw InputError(
        entry.input ?? entry.target,
        expected: "\(width / scale) x \(height / scale) pixels, as \(entry.target) has \(width) x \(height)",
        found: "\(inputWidth) x \(inputHeight)")
    }
  }
}
