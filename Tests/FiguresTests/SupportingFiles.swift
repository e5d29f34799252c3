import Foundation
import RAMiTDiagnostics
import RAMiTImaging
import RAMiTModelTestSupport
import RAMiTTestSupport
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// Calls `body` with the path of a photo.
func withPhoto(width: Int, height: Int, channels: Int = 3, _ body: (String) throws -> Void) throws {
  try withTemporaryFolder { folder in
    let path = folder + "/photo.png"
    try ImageFile.write(picture(width: width, height: height, channels: channels), to: path)
    try body(path)
  }
}

/// Checks that `body` throws an error whose line contains some words.
func expectInputError<Result>(_ words: String, _ body: () throws -> Result) {
  do {
    _ = try body()
    Issue.record("no error about \(words)")
  } catch let error as InputError {
    #expect("\(error)".contains(words), "\(error)")
  } catch {
    Issue.record("\(error)")
  }
}

/// Whether a text is XML, and the texts in its elements of a name.
final class XMLReader: NSObject, XMLParserDelegate {
  private(set) var isWellFormed = false
  private(set) var texts: [String] = []
  private(set) var elements: [String] = []
  private let name: String
  private var current: String?

  init(_ source: String, textsOf name: String) {
    self.name = name
    super.init()
    let parser = XMLParser(data: Data(source.utf8))
    parser.delegate = self
    isWellFormed = parser.parse()
  }

  func parser(
    _ parser: XMLParser, didStartElement element: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    elements.append(element)
    if element == name { current = "" }
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) { current? += string }

  func parser(_ parser: XMLParser, didEndElement element: String, namespaceURI: String?, qualifiedName: String?) {
    if element == name, let text = current {
      texts.append(text)
      current = nil
    }
  }
}
