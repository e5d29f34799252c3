import ArgumentParser
import Foundation
import RAMiTDatasets
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTModels

/// The commands for data sets.
struct DataCommand<Architecture: RestorationArchitecture>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "data", abstract: "Find, check, prepare and make the images that models learn from.",
      discussion: """
        Tasks: x2, x3, x4 (super-resolution by 2, 3, 4), dn (colour denoising), graydn (grayscale denoising), \
        lle (low-light enhancement), dr (deraining).

        Examples:
          \(Program.name) data list DIV2K
          \(Program.name) data check photos --task x2
          \(Program.name) data check --dataset DIV2K --root datasets
          \(Program.name) data prepare lr photos --scale 2 --output prepared
          \(Program.name) data synthesize --task dr --count 100 --output drawn
        """,
      subcommands: [
        DataListCommand.self, DataCheckCommand.self, DataPrepareCommand<Architecture>.self,
        DataStatisticsCommand.self, DataSynthesizeCommand.self, DataBenchmarkCommand<Architecture>.self,
      ])
  }
}

/// Which images a command is about.
struct DataSelection: ParsableArguments {
  @Argument(
    help: "A folder of images: targets and inputs side by side in it (HQ and LQ, and the like), or photos alone.")
  var folder: String?

  @Option(help: ArgumentHelp("The folder of the inputs, if it lies elsewhere.", valueName: "dir"))
  var inputs: String?

  @Option(help: ArgumentHelp("A published data set instead of a folder (see ramit data list).", valueName: "name"))
  var dataset: String?

  @Option(help: ArgumentHelp("The folder in which published data sets lie.", valueName: "dir"))
  var root = "datasets"

  @Option(
    help: "The task that the images are for (\(RestorationTask.allNames)); default: all images found.",
    transform: RestorationTask.named)
  var task: RestorationTask?

  func validate() throws {
    guard (folder == nil) != (dataset == nil) else { throw ValidationError("give a folder, or --dataset NAME") }
    guard inputs == nil || folder != nil else { throw ValidationError("--inputs goes with a folder") }
  }

  func sets() throws -> [SelectedSet] {
    if let folder {
      return try SelectedSet.folder(
        folder.expandingTilde, inputs: inputs?.expandingTilde, settings: task.map { PairSettings($0) })
    }
    return try SelectedSet.dataset(
      (dataset ?? "").expandingTilde, root: root.expandingTilde, settings: task.map { PairSettings($0) })
  }

  /// The folder to which a cache's names are relative.
  var base: String { (folder ?? root).expandingTilde }
}

extension RestorationTask {
  static let allNames = allCases.map(\.rawValue).joined(separator: ", ")

  static func named(_ name: String) throws -> RestorationTask {
    guard let task = RestorationTask(rawValue: name) else {
      throw ValidationError("the task is one of \(allNames), not '\(name)'")
    }
    return task
  }
}
