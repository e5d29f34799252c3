import Foundation
import Testing

/// Published weights, test sets, and what PyTorch makes of them: a folder that not every machine has.
private let referenceFolder = ProcessInfo.processInfo.environment["RAMIT_REFERENCE"]

extension Trait where Self == ConditionTrait {
  /// Runs the test where `RAMIT_REFERENCE` names the reference folder.
  package static var needsReference: Self { .enabled(if: referenceFolder != nil, "RAMIT_REFERENCE is not set") }
}

/// The path of a file in the reference folder.
package func referenceFile(_ name: String) -> String { referenceFolder! + "/" + name }

/// The path of a file of the project, such as `configs/quick/x2.yaml`.
package func projectFile(_ name: String) -> String {
  URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../" + name).standardized.path
}
