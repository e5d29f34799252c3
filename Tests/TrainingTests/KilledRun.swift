import Foundation

/// Copies a run's folder as it is now: what a process leaves that is killed at this moment. Temporary files come and go
/// while a checkpoint is being written.
func copyKilledRun(_ path: String, to copy: String) throws {
  let files = FileManager.default
  try files.createDirectory(atPath: copy, withIntermediateDirectories: true)
  for name in try files.contentsOfDirectory(atPath: path) {
    let (from, to) = ("\(path)/\(name)", "\(copy)/\(name)")
    var isFolder: ObjCBool = false
    guard files.fileExists(atPath: from, isDirectory: &isFolder) else { continue }
    if isFolder.boolValue {
      try copyKilledRun(from, to: to)
    } else if let content = files.contents(atPath: from) {
      try content.write(to: URL(fileURLWithPath: to))
    }
  }
}
