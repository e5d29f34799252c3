import Foundation
import Testing

@testable import RAMiTImaging

/// The font of strokes: every letter is there, inside of its box, and sharp where it can be.
@Suite struct StrokeFontTests {
  @Test func everyPrintableCharacterHasALetter() {
    for code in UInt8(32)...126 {
      let character = Character(Unicode.Scalar(code))
      #expect(StrokeFont.glyphs[character] != nil, "\(character)")
    }
    for sign in "×±°–²³µσ→≤≥∞…·−" { #expect(StrokeFont.glyphs[sign] != nil, "\(sign)") }
  }

  @Test func everyLetterLiesInItsBox() {
    for (character, glyph) in StrokeFont.glyphs where character != " " {
      #expect(!glyph.strokes.isEmpty && glyph.strokes.allSatisfy { !$0.isEmpty }, "\(character)")
      for point in glyph.strokes.joined() {
        #expect((-1...glyph.width + 1).contains(point.x) && (-7...23).contains(point.y), "\(character): \(point)")
      }
    }
  }

  @Test func lettersDiffer() {
    for size in [10.0, 13] {
      var seen: [[UInt8]: Character] = [:]
      for character in StrokeFont.glyphs.keys.sorted() where character != "μ" {
        var canvas = Canvas(width: 40, height: 30)
        canvas.text(String(character), at: Point(8, 20), size: size)
        guard case .uint8(let values) = canvas.image.samples else { continue }
        #expect(character == " " || values.contains { $0 < 128 }, "\(character) at \(size)")
        #expect(seen[values] == nil, "\(character) and \(seen[values] ?? " ") at \(size)")
        seen[values] = character
      }
    }
  }

  /// The bar of a T is one black row, its stem one black column.
  @Test(arguments: [10.0, 11, 12]) func smallLettersAreSharp(size: Double) {
    var canvas = Canvas(width: 20, height: 20)
    canvas.text("T", at: Point(3, 15), size: size)
    guard case .uint8(let values) = canvas.image.samples else { return }
    func red(_ x: Int, _ y: Int) -> UInt8 { values[3 * (y * 20 + x)] }
    let top = 15 - Int((20 * size / 28).rounded())
    let black = (0..<20).filter { red($0, top) == 0 }
    #expect(black.count >= 4 && (0..<20).allSatisfy { red($0, top - 1) == 255 })
    #expect(red(black[0], 14) == 255 && (0..<20).allSatisfy { red($0, 15) == 255 })
  }

  @Test(arguments: [9.0, 13, 24]) func theWidthIsThatOfTheInk(size: Double) {
    let text = "HMnoxH", font = StrokeFont(size: size)
    let width = font.width(of: text)
    #expect(width == width.rounded())
    let right = font.strokes(of: text).flatMap(\.points).map(\.x).max()!
    #expect(abs(right + font.lineWidth / 2 - width) <= 1)
    #expect(font.width(of: "") == 0 && font.strokes(of: "").isEmpty)
    #expect(StrokeFont(size: size, isBold: true).lineWidth > font.lineWidth)
  }

  @Test func digitsAreOfOneWidth() {
    for size in [10.0, 13, 17] {
      let font = StrokeFont(size: size)
      let widths = Set((0...9).map { font.width(of: "\($0)0") })
      #expect(widths.count == 1, "\(size)")
    }
  }

  @Test func whatIsTooLongIsShortened() {
    let font = StrokeFont(size: 12)
    let text = "a rather long name.safetensors"
    #expect(font.shortened(text, toWidth: 1000) == text)
    let short = font.shortened(text, toWidth: 80)
    #expect(short.hasSuffix("…") && text.hasPrefix(short.dropLast()) && font.width(of: short) <= 80)
    #expect(font.shortened(text, toWidth: 2) == "")
  }

  @Test func anyTextCanBeDrawn() {
    let plain = StrokeFont(size: 12)
    #expect(plain.strokes(of: "é") == plain.strokes(of: "e"))
    #expect(plain.strokes(of: "漢") == plain.strokes(of: "字") && !plain.strokes(of: "漢").isEmpty)
    #expect(plain.strokes(of: "\t\u{a0}").isEmpty)
  }

  @Test func turnedTextRunsUpward() {
    var flat = Canvas(width: 60, height: 60), turned = flat
    flat.text("Fx", at: Point(10, 30), size: 12)
    turned.text("Fx", at: Point(30, 50), size: 12, isTurned: true)
    guard case .uint8(let a) = flat.image.samples, case .uint8(let b) = turned.image.samples else { return }
    for y in 0..<60 {
      for x in 0..<60 {
        // (x, y) of the text goes to (y, 60 - x), moved alike.
        #expect(a[3 * (y * 60 + x)] == b[3 * ((59 - x) * 60 + y)])
      }
    }
  }
}
