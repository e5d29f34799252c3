import RAMiTDatasets
import RAMiTDiagnostics
import RAMiTExperiments
import RAMiTModels
import RAMiTTensorCore

/// A YAML file, as the configuration of a training and as the manifest of a data set.
enum ConfigurationTarget: FuzzTarget {
  static let name = "yaml"

  static func read(_ path: String) throws {
    do { _ = try DatasetManifest(readingFile: path) } catch is InputError {}
    let configuration = try RunConfiguration<BuiltInArchitecture>(readingFile: path)
    let text = try configuration.yaml()
    let copy: RunConfiguration<BuiltInArchitecture>
    do { copy = try RunConfiguration(yaml: text, file: "again") } catch {
      finding("a configuration that does not read back: \(error)\n\(text)")
    }
    if copy != configuration { finding("another configuration after writing:\n\(text)") }
  }

  static func mutate(_ file: inout [UInt8], _ random: inout RandomNumbers) { YAMLMutator.mutate(&file, &random) }
  static func seeds() throws -> [[UInt8]] { try YAMLSeeds.all() }
}
