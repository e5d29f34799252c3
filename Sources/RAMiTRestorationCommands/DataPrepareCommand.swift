import ArgumentParser
import RAMiTDatasets
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTModels

struct DataPrepareCommand<Architecture: RestorationArchitecture>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "prepare",
      abstract: "Make low-resolution images, degraded images, crops of photos, or a cache of decoded pixels.",
      discussion: """
        lr and degraded make inputs of photos that have none; photos makes a set from packages of Debian; cache \
        decodes a set once, for trainings whose photos take long to decode. Each one's help says what it writes, and \
        where. Photos are only read, and the same photos give the same files. A file of another content that is there \
        already is replaced with --overwrite only.

        Examples:
          \(Program.name) data prepare lr photos --scale 2 --output prepared
          \(Program.name) data prepare degraded photos --config mine.yaml --output tests
          \(Program.name) data prepare cache --dataset DIV2K --task x2 --output DIV2K_x2.cache
        """,
      subcommands: [
        LowResolutionCommand.self, DegradedCommand<Architecture>.self, PhotosCommand.self, CacheCommand.self,
      ])
  }
}

struct LowResolutionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lr", abstract: "Downscale a folder of photos as MATLAB's imresize does (bicubic).",
    discussion: """
      floor: OUTPUT/LR_bicubic/X2/NAMEx2.png, floor(size / scale) pixels of the whole image downscaled, as DIV2K. \
      testset: the same names and sizes, but rows and columns that do not fill a pixel are cropped before, as Set5, \
      Set14 and BSD100. modcrop: targets cropped to a multiple, OUTPUT/GTmod12/NAME.png, and OUTPUT/LRbicx2/NAME.png. \
      Scores of different protocols do not compare.
      """)

  @Argument(help: "The folder of the photos.")
  var folder: String

  @Option(help: "How many times smaller, 2 to 8.")
  var scale: Int

  @Option(help: ArgumentHelp("The folder to write to.", valueName: "dir"))
  var output: String

  @Option(
    name: .customLong("protocol"), help: "floor, testset or modcrop (default: floor).",
    transform: { name in
      guard let value = LowResolutionProtocol(rawValue: name) else {
        throw ValidationError("the protocol is floor, testset or modcrop, not '\(name)'")
      }
      return value
    })
  var method = LowResolutionProtocol.floor

  @Option(help: "The multiple to which targets are cropped (modcrop; default: 12 where the scale divides it).")
  var multiple: Int?

  @Flag(help: "Replace files of another content that are there already; photos never are.")
  var overwrite = false

  func validate() throws {
    guard 2...8 ~= scale else { throw ValidationError("--scale must be 2 to 8, not \(scale)") }
    guard let multiple else { return }
    guard method == .modcrop else { throw ValidationError("--multiple goes with --protocol modcrop") }
    guard 1...4096 ~= multiple, multiple % scale == 0 else {
      throw ValidationError("--multiple must be a multiple of the scale up to 4096, not \(multiple)")
    }
  }

  func run() throws {
    let unit = multiple ?? (12 % scale == 0 ? 12 : scale)
    let maker = LowResolution(method, scale: scale, multiple: method == .modcrop ? unit : scale)
    let count = try maker.write(
      folder.expandingTilde, to: output.expandingTilde, overwrites: overwrite, progress: showProgress("written"))
    Console.print("\(output): \(count.counted("image")), x\(scale) by \(method.rawValue)")
  }
}

struct PhotosCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "photos", abstract: "Prepare a set from photos in Debian's packages, which are not installed for it.",
    discussion: """
      Writes OUTPUT/train with crops, OUTPUT/valid with whole photos that training never sees, and OUTPUT/AUTHORS.txt. \
      Each package is unpacked before: dpkg-deb -R NAME_VERSION_all.deb FOLDER/NAME. A photo that is missing, or has \
      another content than the manifest knows, is named, and no set is left. `make data` does all of it.
      """)

  @Option(help: ArgumentHelp("A data set whose manifest names packages, or the manifest's file.", valueName: "name"))
  var dataset = "free-photos"

  @Option(help: ArgumentHelp("The folder of the unpacked packages.", valueName: "dir"))
  var packages: String

  @Option(help: ArgumentHelp("The set's folder, which is not there yet.", valueName: "dir"))
  var output: String

  func run() throws {
    let crops = try PhotoCrops(DatasetCatalog.manifest(dataset.expandingTilde))
    let counts = try crops.write(
      from: packages.expandingTilde, to: output.expandingTilde, progress: showProgress("prepared"))
    Console.print(
      "\(output): \(counts.crops.counted("crop")) to train with, \(counts.wholes.counted("photo")) to validate with; "
        + "\(counts.flat.counted("flat crop")) left out")
  }
}

struct CacheCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cache", abstract: "Decode a set into one file, so that training reads only the rows of a crop.",
    discussion:
      "Name it in a configuration as data.train.decoded. When a source file changes later, training refuses the cache.")

  @OptionGroup var selection: DataSelection

  @Option(help: ArgumentHelp("The file to write.", valueName: "file"))
  var output: String

  func run() throws {
    let sets = try selection.sets()
    if let error = sets.lazy.flatMap(\.files.errors).first { throw error }
    var seen: Set<String> = []
    let files = sets.flatMap(\.paths).filter { seen.insert($0).inserted }
    let output = output.expandingTilde
    try DecodedCache.write(files, of: selection.base, to: output, progress: showProgress("decoded"))
    let size = (try? FileStatus(output).size) ?? 0
    Console.print("\(output): \(files.count.counted("image")), \(size >> 20) MiB")
  }
}
