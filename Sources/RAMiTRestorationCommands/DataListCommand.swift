import ArgumentParser
import Foundation
import RAMiTDatasets
import RAMiTDiagnostics
import RAMiTFiles

struct DataListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the published data sets, or tell where to get one.",
    discussion: """
      Without a name, a line for each set: its name, whether it is for training or tests, and what it is. With a name: \
      how many images the set has, for which tasks, where to get it, whom to cite, and how its files may lie below \
      --root of other commands. A manifest's file is as good as a name (docs/DATASETS.md).

      Examples:
        \(Program.name) data list
        \(Program.name) data list DIV2K
        \(Program.name) data list free-photos --packages
      """)

  @Argument(help: "A data set's name.")
  var name: String?

  @Flag(help: "Print only the names of the Debian packages that the set is prepared from.")
  var packages = false

  func validate() throws {
    guard !packages || name != nil else { throw ValidationError("--packages goes with a data set's name") }
  }

  func run() throws {
    guard let name else {
      for manifest in DatasetCatalog.manifests {
        let padded = manifest.name.padding(toLength: 17, withPad: " ", startingAt: 0)
        Console.print(
          "\(padded)  \(manifest.use.rawValue.padding(toLength: 8, withPad: " ", startingAt: 0))  \(manifest.title)")
      }
      return
    }
    let manifest = try DatasetCatalog.manifest(name.expandingTilde)
    for line in packages ? manifest.packages.map(\.name) : manifest.description { Console.print(line) }
  }
}
