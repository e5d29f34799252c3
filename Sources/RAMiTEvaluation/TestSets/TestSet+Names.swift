import RAMiTDatasets
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTModels

extension TestSet {
  /// A folder, or where there is none the published set of that name.
  /// - Parameters:
  ///   - inputs: a folder of inputs elsewhere.
  ///   - root: the folder in which published sets lie.
  /// - Throws: `InputError` that names the folder.
  package init(named path: String, inputs: String?, root: String, task: RestorationTask) throws {
    let isPublished = DatasetCatalog.manifests.contains { $0.name.lowercased() == path.lowercased() }
    if isPublished, inputs == nil, !FileStatus.exists(path) {
      try self.init(dataset: path, root: root, task: task)
    } else {
      try self.init(path, inputs: inputs, task: task)
    }
  }

  /// Lines that say where inputs without files come from, how much of a published set is missing, and what was left
  /// out.
  /// - Parameter path: what the user called the set.
  package func remarks(_ path: String) -> [String] {
    var lines: [String] = []
    if inputs == .bicubic {
      lines.append(
        "\(path): no inputs for \(task.rawValue) beside the targets; they are made by bicubic downscaling")
    }
    if let publishedCount, publishedCount != count {
      lines.append("\(path): \(count.counted("image")), of a set of \(publishedCount)")
    }
    if let unusedInputs {
      lines.append("\(path): \(unusedInputs) is left alone; inputs are the targets with noise of --sigma")
    }
    if let text = files?.omissions.text { lines.append("left out: \(text)") }
    return lines
  }
}

/// The folders of several sets' images, of which some may be called the same: `HR`, then `HR-2`.
package struct SetFolders {
  private let path: String
  private let isOne: Bool
  private var taken: Set<String> = []

  /// - Parameter count: of the sets; a single one's images lie in `path` itself.
  package init(_ path: String, count: Int) {
    self.path = path
    isOne = count == 1
  }

  package mutating func folder(for name: String) -> String {
    if isOne { return path }
    var number = 1
    var new = name
    while !taken.insert(new).inserted {
      number += 1
      new = "\(name)-\(number)"
    }
    return path.appendingPath(new)
  }
}
