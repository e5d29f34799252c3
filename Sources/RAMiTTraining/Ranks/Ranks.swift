import Foundation
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTProcessGroup

/// The processes that train together, and how they agree.
///
/// Whatever one rank meets alone, such as a photo that it cannot read, becomes everybody's error at the next message:
/// all ranks end at the same iteration, and the first one saves and speaks.
package final class Ranks {
  package let group: any ProcessGroup
  package let placement: Placement

  /// The only process.
  package init() {
    group = SingleProcess()
    placement = Placement([.own])
  }

  /// - Throws: `GroupError` when the connection fails.
  package init(_ group: any ProcessGroup) throws {
    self.group = group
    let own = try Array(JSON.encode(Placement.Place.own).utf8)
    placement = Placement(try group.gather(own).map { try JSON.decode(Placement.Place.self, from: $0) })
  }

  package var rank: Int { group.rank }
  package var count: Int { group.count }
  /// Whether this rank owns the run's folder, and speaks.
  package var isFirst: Bool { group.isFirst }

  /// A rank, for people: `rank 3 on node01`.
  func name(_ rank: Int) -> String { "rank \(rank) on \(placement.places[rank].host)" }

  /// The parts of a batch that a rank computes: consecutive ones.
  /// - Parameter parts: all parts, at least one for each rank.
  func parts(of parts: Int, rank: Int) -> Range<Int> { rank * parts / count..<(rank + 1) * parts / count }

  /// The parts of a batch that this rank computes.
  func parts(of parts: Int) -> Range<Int> { self.parts(of: parts, rank: rank) }

  // MARK: Messages

  /// Gathers a message of every rank.
  /// - Returns: the messages, in the order of the ranks.
  /// - Throws: `SharedError`, on all ranks, when one has met an error; `GroupError` when the connection fails.
  package func gather<Message: Codable>(_ message: Message) throws -> [Message] {
    if count == 1 { return [message] }
    return try gather(Envelope(content: [message], error: nil)).map { $0.content[0] }
  }

  /// Sends the first rank's message to all.
  /// - Parameter message: the first rank's; not asked for on the others.
  /// - Throws: as `gather` does.
  func broadcast<Message: Codable>(_ message: @autoclosure () throws -> Message) throws -> Message {
    if count == 1 { return try message() }
    return try gather(isFirst ? [message()] : [])[0][0]
  }

  /// Does what may fail on some ranks alone, and tells the others: they learn it from their next message. No rank
  /// returns before all have done it.
  /// - Throws: on all ranks the same `InputError`, which names the rank where it is one rank's alone; `GroupError` when
  ///   the connection fails.
  package func share<Result>(_ body: () throws -> Result) throws -> Result {
    if count == 1 { return try body() }
    do {
      do {
        let result = try body()
        _ = try gather(true)
        return result
      } catch let error where !(error is SharedError || error is GroupError) {
        _ = try gather(Envelope<Bool>(content: [], error: InputError(met: error)))
        throw error
      }
    } catch let error as SharedError {
      throw error.named(self)
    }
  }

  private func gather<Message>(_ envelope: Envelope<Message>) throws -> [Envelope<Message>] {
    let messages = try group.gather(Array(JSON.encode(envelope).utf8))
    // A rank that has met an error sends no message of the kind that the others expect.
    let errors = try messages.map { try JSON.decode(Envelope<Nothing>.self, from: $0).error }
    if let rank = errors.firstIndex(where: { $0 != nil }) {
      throw SharedError(rank: errors.allSatisfy { $0 == errors[rank] } ? nil : rank, error: errors[rank]!)
    }
    return try messages.map { try JSON.decode(Envelope<Message>.self, from: $0) }
  }
}

/// An error that all ranks know.
struct SharedError: Error {
  /// The rank that has met it; nil where all have.
  let rank: Int?
  let error: InputError

  /// The same with what went wrong after it, on this rank: the others do not wait for it any more.
  func adding(_ other: InputError) -> SharedError {
    let found = "\(error.found); then \(other)"
    return SharedError(
      rank: rank, error: InputError(error.location, expected: error.expected, found: found))
  }

  func named(_ ranks: Ranks) -> InputError {
    guard let rank else { return error }
    return InputError("\(ranks.name(rank)): \(error.location)", expected: error.expected, found: error.found)
  }
}

private struct Envelope<Message: Codable>: Codable {
  /// The message; nothing beside an error. A list, since a message may be nil.
  let content: [Message]
  let error: InputError?
}

/// Content that is not looked at.
private struct Nothing: Codable {
  init(from decoder: any Decoder) {}
  func encode(to encoder: any Encoder) {}
}

extension InputError {
  /// What a rank has met, as it tells it to the others.
  fileprivate init(met error: any Error) {
    self = error as? InputError ?? InputError("the training", expected: "work without an error", found: "\(error)")
  }
}
