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

  func run() throws {
    guard let name else {
      for manifest in DatasetCatalog.manifests {
        let padded = manifest.name.padding(toLength: 12, withPad: " ", startingAt: 0)
        Console.print(
          "\(padded)  \(manifest.use.rawValue.padding(toLength: 8, withPad: " ", startingAt: 0))  \(manifest.title)")
      }
      return
    }
    for line in try DatasetCatalog.manifest(name.expandingTilde).description { Console.print(line) }
  }
}
