/// Initial weights from another task's model, and a first phase in which one module trains alone (paper, Sec. B, after
/// Lin et al., Revisiting RCAN, 2022).
public struct WarmStartConfiguration: Codable, Equatable, Sendable {
  /// Which parameters of the module are not loaded.
  public enum Reinitialised: String, CaseIterable, Codable, Sendable {
    /// Only those parameters of the module that have another shape in the file.
    case mismatched
    /// The whole module, as in the paper.
    case module
  }

  /// The weight file, usually of x2; without it there is no warm start.
  public var weights: String?
  /// Epochs in which the module trains alone, at a constant learning rate; the schedule begins after them.
  public var epochs = 50
  /// The module: parameters whose names begin with this and a dot.
  public var module = "to_target"
  /// What keeps its random initial values.
  public var reinitialised = Reinitialised.mismatched

  package init() {}

  /// Epochs before the schedule.
  public var leadingEpochs: Int { weights == nil ? 0 : epochs }
}
