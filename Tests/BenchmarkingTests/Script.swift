import Foundation
import Testing

/// Writes a program for tests: a shell script.
///
/// `install` makes the program's file: while this process had it open for writing, a process that another test starts
/// at that moment would have it open as well, for a little longer, and Linux starts nothing that is open for writing.
/// - Returns: its path.
func script(_ text: String, named name: String = "program", in folder: String) throws -> String {
  let path = folder + "/" + name
  try Data(("#!/bin/sh\n" + text).utf8).write(to: URL(fileURLWithPath: path + ".text"))
  let install = try Process.run(
    URL(fileURLWithPath: "/usr/bin/install"), arguments: ["-m", "755", path + ".text", path])
  install.waitUntilExit()
  try #require(install.terminationStatus == 0, "no \(path)")
  return path
}
