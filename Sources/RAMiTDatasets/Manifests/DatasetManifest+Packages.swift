import RAMiTDiagnostics

extension DatasetManifest {
  /// Refuses packages that no set can be made of.
  /// - Parameter error: makes an error of the value at a path of keys.
  func checkPackages(
    _ error: (_ path: String, _ expected: String, _ found: String) -> InputError
  ) throws {
    guard packages.isEmpty == (crops == nil) else {
      throw error("", "packages and crops, or neither", packages.isEmpty ? "crops alone" : "packages alone")
    }
    if let crops {
      guard 12...4096 ~= crops.size, crops.size % CropSettings.multiple == 0 else {
        throw error("crops.size", "a multiple of \(CropSettings.multiple) up to 4096", "\(crops.size)")
      }
      guard 0...1 ~= crops.sharpShare else { throw error("crops.sharpShare", "0 to 1", "\(crops.sharpShare)") }
    }
    var names: Set<String> = []
    for (number, package) in packages.enumerated() {
      let path = "packages.\(number)"
      guard package.name.isPlainName else {
        throw error("\(path).package", "a package's name", "'\(package.name)'")
      }
      guard package.folder.isInside else {
        throw error("\(path).folder", "a folder in the package", "'\(package.folder)'")
      }
      for (number, photo) in package.photos.enumerated() {
        let path = "\(path).photos.\(number)"
        try photo.check { key, expected, found in error("\(path).\(key)", expected, found) }
        guard names.insert(photo.name).inserted else {
          throw error("\(path).name", "a name that no other photo has", "'\(photo.name)' again")
        }
      }
    }
  }
}

extension PhotoPackage.Photo {
  /// Refuses what no photo can have.
  /// - Parameter error: makes an error of the value of a key.
  fileprivate func check(_ error: (_ key: String, _ expected: String, _ found: String) -> InputError) throws {
    guard name.isPlainName else { throw error("name", "a file name's stem", "'\(name)'") }
    guard file.isInside else { throw error("file", "a file in the folder", "'\(file)'") }
    guard !author.isEmpty else { throw error("author", "an author", "an empty text") }
    guard !license.isEmpty else { throw error("license", "a licence", "an empty text") }
    guard !downscale.isEmpty, downscale.allSatisfy({ 1...16 ~= $0 }), Set(downscale).count == downscale.count else {
      throw error("downscale", "different factors of 1 to 16", "\(downscale)")
    }
    guard part == .train || downscale.count == 1 else {
      throw error("downscale", "one factor for a whole photo", "\(downscale)")
    }
    guard sha256.utf8.count == 64, sha256.utf8.allSatisfy("0123456789abcdef".utf8.contains) else {
      throw error("sha256", "64 hexadecimal digits", "'\(sha256)'")
    }
  }
}

extension String {
  /// Whether the text names something in a folder, with folders on the way.
  var isInside: Bool { !isEmpty && !hasPrefix("/") && !split(separator: "/").contains("..") }

  /// Whether the text is a file name of letters, digits and a few signs, which needs no quotes anywhere.
  fileprivate var isPlainName: Bool {
    guard let first = utf8.first, first != UInt8(ascii: "."), first != UInt8(ascii: "-") else { return false }
    return utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: "+-._".utf8.contains(byte)
      }
    }
  }
}
