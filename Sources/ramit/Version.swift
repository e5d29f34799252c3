import Diagnostics

/// The program's version.
let ramitVersion = Product.version

/// What `ramit --version` prints.
var versionText: String {
  let machine = InstructionSet.machine.map { ", this machine has \($0)" } ?? ""
  return "ramit \(ramitVersion) (built for \(InstructionSet.built)\(machine))"
}
