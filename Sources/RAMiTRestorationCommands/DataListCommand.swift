import ArgumentParser
import Foundation
import RAMiTDatasets
import RAMiTDiagnostics
import RAMiTFiles

struct DataListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the published data sets, or tell where to get one.")

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
