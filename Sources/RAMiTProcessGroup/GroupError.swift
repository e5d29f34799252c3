/// The connection between ranks has failed: nothing can be agreed on any more.
package struct GroupError: Error, Equatable, CustomStringConvertible {
  /// What failed.
  package let found: String

  package init(_ found: String) { self.found = found }

  package var description: String { "the ranks: expected messages between all of them, found \(found)" }
}
