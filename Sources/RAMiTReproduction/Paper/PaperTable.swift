import RAMiTDiagnostics
import RAMiTModels
import RAMiTYAML

/// The tables of the paper (Choi et al., "Reciprocal Attention Mixing Transformer for Lightweight Image Restoration",
/// 2024), by their numbers; `A` and above are those of its appendix.
package enum PaperTable: String, CaseIterable, Sendable {
  case table1 = "1"
  case table2 = "2"
  case table3a = "3a"
  case table3b = "3b"
  case table4a = "4a"
  case table4b = "4b"
  case table4c = "4c"
  case table5a = "5a"
  case table5b = "5b"
  case tableA = "A"
  case tableB = "B"
  case tableC = "C"
  case tableD = "D"
  case tableE = "E"
  case tableF = "F"
  case tableG = "G"
  case tableH = "H"
}

/// A table as the paper prints it, or one of the two parts, (a) and (b), of a table of its appendix.
package struct PaperPart: Equatable, Sendable {
  /// `3a`, `Ca`.
  package let name: String
  package let title: String
  /// Whether it is shown with a line for each of its columns.
  package let isTransposed: Bool
  /// What stands in `PaperRow.values`.
  package let columns: [PaperColumn]
  package let rows: [PaperRow]
}

/// A method for one task, and what the paper prints of it.
package struct PaperRow: Equatable, Sendable {
  /// As the paper calls it, without its reference.
  package let method: String
  package let task: RestorationTask
  /// The standard deviation of the noise that the scores are for, of 255; nil without noise.
  package let sigma: Double?
  /// The seed of the training, where the table tells seeds apart.
  package let seed: UInt64?
  /// The file of `configs/` that describes the model and its training; nil for methods that this package does not have.
  package let configuration: String?
  /// Names of other models whose weights are shown where there are none of this one.
  package let alsoWeightsOf: [String]
  /// Of the method; nil where the table does not have them.
  package let multAdds, parameters: PaperValue?
  /// Why a size or a setting of the configuration differs from the printed one, with the arithmetic.
  package let deviation: String?
  /// A value for each column; nil for a cell without one.
  package let values: [PaperValue?]
}

extension PaperPart: Decodable {
  private enum CodingKeys: String, CodingKey, CaseIterable { case part, title, transposed, columns, rows }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    name = try container.decode(String.self, forKey: .part)
    title = try container.decode(String.self, forKey: .title)
    isTransposed = try container.decodeIfPresent(Bool.self, forKey: .transposed) ?? false
    columns = try container.decode([PaperColumn].self, forKey: .columns)
    rows = try container.decode([PaperRow].self, forKey: .rows)
  }

  /// Reads YAML, strictly; `file` is for messages.
  /// - Throws: `InputError` with the file and the line: an unknown key, a value of another kind, a row that has not one
  ///   value for each column.
  package init(yaml: String, file: String) throws {
    let node = try ConfigurationNode(yaml: yaml) { "\(file):\($0)" }
    self = try ConfigurationDecoder.decode(PaperPart.self, from: node)
    for (index, row) in rows.enumerated() where row.values.count != columns.count {
      throw InputError(
        node.location(of: "rows.\(index)"), expected: "\(columns.count) values", found: "\(row.values.count)")
    }
    for (index, row) in rows.enumerated() {
      for (column, value) in zip(columns, row.values) where column.isNumber && value != nil && value?.number == nil {
        throw InputError(
          node.location(of: "rows.\(index)"), expected: "a number for \(column.title)", found: value?.text ?? "")
      }
    }
  }
}

extension PaperRow: Decodable {
  private enum CodingKeys: String, CodingKey, CaseIterable {
    case method, task, sigma, seed, configuration, alsoWeightsOf, multAdds, parameters, deviation, values
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    method = try container.decode(String.self, forKey: .method)
    task = try container.decode(RestorationTask.self, forKey: .task)
    sigma = try container.decodeIfPresent(Double.self, forKey: .sigma)
    seed = try container.decodeIfPresent(UInt64.self, forKey: .seed)
    configuration = try container.decodeIfPresent(String.self, forKey: .configuration)
    alsoWeightsOf = try container.decodeIfPresent([String].self, forKey: .alsoWeightsOf) ?? []
    multAdds = try container.decodeIfPresent(PaperValue.self, forKey: .multAdds)
    parameters = try container.decodeIfPresent(PaperValue.self, forKey: .parameters)
    deviation = try container.decodeIfPresent(String.self, forKey: .deviation)
    values = try container.decodeIfPresent([PaperValue?].self, forKey: .values) ?? []
  }
}

extension PaperTable {
  /// What to ask `ramit reproduce` for to get a part.
  static func name(ofPart part: String) -> String { PaperTable(rawValue: part)?.rawValue ?? String(part.prefix(1)) }

  /// The table, or its parts.
  package var parts: [PaperPart] {
    embedded.filter { $0.table == self }.map { entry in
      do {
        return try PaperPart(yaml: String(decoding: entry.text, as: UTF8.self), file: "Table\(rawValue)")
      } catch {
        preconditionFailure("\(error)")
      }
    }
  }
}

/// The files of Tables/, which the build compiles into the program.
private let embedded: [(table: PaperTable, text: [UInt8])] = [
  (.table1, PackageResources.Table1_yaml), (.table2, PackageResources.Table2_yaml),
  (.table3a, PackageResources.Table3a_yaml), (.table3b, PackageResources.Table3b_yaml),
  (.table4a, PackageResources.Table4a_yaml), (.table4b, PackageResources.Table4b_yaml),
  (.table4c, PackageResources.Table4c_yaml), (.table5a, PackageResources.Table5a_yaml),
  (.table5b, PackageResources.Table5b_yaml), (.tableA, PackageResources.TableAa_yaml),
  (.tableA, PackageResources.TableAb_yaml), (.tableB, PackageResources.TableB_yaml),
  (.tableC, PackageResources.TableCa_yaml), (.tableC, PackageResources.TableCb_yaml),
  (.tableD, PackageResources.TableD_yaml), (.tableE, PackageResources.TableE_yaml),
  (.tableF, PackageResources.TableF_yaml), (.tableG, PackageResources.TableGa_yaml),
  (.tableG, PackageResources.TableGb_yaml), (.tableH, PackageResources.TableH_yaml),
]
