import Foundation
import RAMiTFiles

/// What TensorBoard shows at one moment of a run: the message Event of TensorFlow's event.proto, with the messages of
/// summary.proto in it.
package struct Event {
  /// A value under a name; names with a slash are shown in groups.
  package enum Summary {
    case scalar(_ tag: String, Double)
    /// An image file's bytes.
    case image(_ tag: String, width: Int, height: Int, channels: Int, file: [UInt8])
  }

  /// Seconds since 1970.
  var time: Double
  /// Iterations done.
  var step: Int
  var summaries: [Summary]

  package init(time: Double = Date.now.timeIntervalSince1970, step: Int, summaries: [Summary]) {
    (self.time, self.step, self.summaries) = (time, step, summaries)
  }

  var message: ProtobufMessage {
    var summary = ProtobufMessage()
    for value in summaries { summary.add(1, value.message) }
    var event = Self.head(time: time)
    event.add(2, step)
    event.add(5, summary)
    return event
  }

  /// What a file begins with.
  static func version(time: Double) -> ProtobufMessage {
    var event = head(time: time)
    event.add(3, "brain.Event:2")
    return event
  }

  private static func head(time: Double) -> ProtobufMessage {
    var event = ProtobufMessage()
    event.add(1, time)
    return event
  }
}

extension Event.Summary {
  /// False for a number that a curve cannot show.
  package var isDrawable: Bool { if case .scalar(_, let value) = self { value.isFinite } else { true } }

  fileprivate var message: ProtobufMessage {
    var value = ProtobufMessage()
    switch self {
    case .scalar(let tag, let number):
      value.add(1, tag)
      value.add(2, Float(number))
    case .image(let tag, let width, let height, let channels, let file):
      var image = ProtobufMessage()
      image.add(1, height)
      image.add(2, width)
      image.add(3, channels)
      image.add(4, file)
      value.add(1, tag)
      value.add(4, image)
    }
    return value
  }
}
