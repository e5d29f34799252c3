/// A package of Debian that brings photos of a data set.
package struct PhotoPackage: Equatable, Sendable {
  /// The folder of the prepared set that a photo goes to: crops to train with, or the whole photo to validate with.
  package enum Part: String, CaseIterable, Decodable, Sendable { case train, valid }

  /// One of its files that is a photo.
  package struct Photo: Equatable, Sendable {
    /// What its images in the prepared set are named after; no other photo of the set has it.
    package let name: String
    /// The path below the package's folder of photos.
    package let file: String
    package let author: String
    /// An SPDX identifier, or `public domain`.
    package let license: String
    package let part: Part
    /// By how much it is made smaller before it is cropped, once for each factor; 1 keeps its size.
    package let downscale: [Int]
    /// The SHA-256 of the file, in hexadecimal.
    package let sha256: String
  }

  package let name: String
  /// The version that has these files.
  package let version: String
  /// Where its photos lie, without a slash at the beginning: `usr/share/backgrounds`.
  package let folder: String
  package let photos: [Photo]
}

/// How photos become crops.
package struct CropSettings: Equatable, Sendable, Decodable {
  /// Both sides of a crop, in pixels; a multiple of `CropSettings.multiple`.
  package let size: Int
  /// The least share of a crop's pixels, 0 to 1, that must be at something sharp: flat and blurred crops teach nothing.
  package let sharpShare: Double

  /// Sides that every scale of super-resolution divides.
  static let multiple = 12
}

extension PhotoPackage: Decodable {
  private enum CodingKeys: String, CodingKey, CaseIterable { case package, version, folder, photos }

  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    name = try values.decode(String.self, forKey: .package)
    version = try values.decode(String.self, forKey: .version)
    folder = try values.decode(String.self, forKey: .folder)
    photos = try values.decode([Photo].self, forKey: .photos)
  }
}

extension PhotoPackage.Photo: Decodable {
  private enum CodingKeys: String, CodingKey, CaseIterable {
    case name, file, author, license, part, downscale, sha256
  }

  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    name = try values.decode(String.self, forKey: .name)
    file = try values.decode(String.self, forKey: .file)
    author = try values.decode(String.self, forKey: .author)
    license = try values.decode(String.self, forKey: .license)
    part = try values.decodeIfPresent(PhotoPackage.Part.self, forKey: .part) ?? .train
    downscale = try values.decodeIfPresent([Int].self, forKey: .downscale) ?? [1]
    sha256 = try values.decode(String.self, forKey: .sha256)
  }
}
