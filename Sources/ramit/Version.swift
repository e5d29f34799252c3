import Diagnostics

/// The program's version.
let ramitVersion = "0.1.0"

/// What `ramit --version` prints.
var versionText: String {
  let machine = InstructionSet.machine.map { ", this machine has \($0)" } ?? ""
  return "ramit \(ramitVersion) (built for \(InstructionSet.built)\(machine))"
}
