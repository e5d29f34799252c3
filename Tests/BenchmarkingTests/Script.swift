import Foundation

/// Writes a program for tests: a shell script.
/// - Returns: its path.
func script(_ text: String, named name: String = "program", in folder: String) throws -> String {
  let path = folder + "/" + name
  try Data(("#!/bin/sh\n" + text).utf8).write(to: URL(fileURLWithPath: path))
  try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
  return path
}
