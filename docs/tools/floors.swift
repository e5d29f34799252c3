// Draws the package's targets as floors, each on the lowest one that lies above all that it imports:
//
//     swift package dump-package | swift docs/tools/floors.swift > docs/floors.svg
//
// An arrow leads from a target to one that it imports; what it reaches by other arrows too has none of its own.

import Foundation

struct Package: Decodable { var targets: [Target] }

struct Target: Decodable {
  /// A dependency is an object of one key, its kind; its value begins with the name.
  struct Dependency: Decodable {
    var target: String?

    init(from decoder: any Decoder) throws {
      let kinds = try decoder.container(keyedBy: Key.self)
      let kind = [Key.target, .byName].first(where: kinds.contains)
      target = try kind.map {
        var values = try kinds.nestedUnkeyedContainer(forKey: $0)
        return try values.decode(String.self)
      }
    }

    enum Key: String, CodingKey { case target, byName }
  }

  var name, type: String
  var path: String?
  var dependencies: [Dependency]
}

/// What a target is called in the documentation.
func title(_ name: String) -> String { name == "RAMiTBenchmarks" ? name : name.replacing("RAMiT", with: "") }

let package = try JSONDecoder().decode(Package.self, from: FileHandle.standardInput.readDataToEndOfFile())
let drawn = package.targets.filter {
  $0.type != "test" && !($0.path ?? "").hasPrefix("Tests") && !($0.path ?? "").hasPrefix("Sources/Examples")
}
let names = Set(drawn.map(\.name))
let imports = Dictionary(
  uniqueKeysWithValues: drawn.map { ($0.name, Set($0.dependencies.compactMap(\.target)).intersection(names)) })

/// All that a target imports, and what that imports.
func reach(_ name: String) -> Set<String> { imports[name]!.reduce(imports[name]!) { $0.union(reach($1)) } }
func level(_ name: String) -> Int { (imports[name]!.map(level).max() ?? -1) + 1 }

let arrows = imports.mapValues { own in own.filter { name in !own.contains { reach($0).contains(name) } } }

// Each row in the order of what stands above it, so that few arrows cross.
let rows = Dictionary(grouping: drawn.map(\.name), by: level)
let top = rows.keys.max() ?? 0
let boxHeight = 30.0, rowHeight = 74.0, width = 1000.0, gap = 16.0
func boxWidth(_ name: String) -> Double { Double(title(name).count) * 8.2 + 24 }
var centers: [String: Double] = [:]
for floor in (0...top).reversed() {
  func wish(_ name: String) -> Double {
    let above = arrows.filter { $0.value.contains(name) }.compactMap { centers[$0.key] }.sorted()
    return above.isEmpty ? width / 2 : above.reduce(0, +) / Double(above.count)
  }
  let row = rows[floor]!.sorted { (wish($0), $0) < (wish($1), $1) }
  let used = row.map(boxWidth).reduce(0, +), space = min((width - 60 - used) / Double(row.count + 1), 90)
  var x = 60 + (width - 60 - used - space * Double(row.count - 1)) / 2
  for name in row {
    centers[name] = x + boxWidth(name) / 2
    x += boxWidth(name) + space
  }
}
func y(_ floor: Int) -> Double { Double(top - floor) * rowHeight + 20 }

var svg = """
  <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Int(width)) \(Int(y(0) + boxHeight + 20))" \
  font-family="Helvetica, Arial, sans-serif" font-size="14">
  <!-- Made by `make floors`. -->
  <defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">\
  <path d="M0 0L8 4L0 8z" fill="#7a8699"/></marker></defs>
  <rect width="100%" height="100%" fill="#ffffff"/>

  """
func number(_ value: Double) -> String { String(format: "%.1f", value) }
for floor in 0...top {
  let middle = number(y(floor) + boxHeight / 2)
  svg += "<path d=\"M60 \(middle)H\(Int(width) - 10)\" stroke=\"#eef1f5\" stroke-width=\"\(Int(boxHeight) + 16)\"/>\n"
  svg += "<text x=\"20\" y=\"\(middle)\" dominant-baseline=\"central\" fill=\"#7a8699\">\(floor)</text>\n"
}
for (name, below) in arrows.sorted(by: { $0.key < $1.key }) {
  for other in below.sorted() {
    let (x1, y1, x2, y2) = (centers[name]!, y(level(name)) + boxHeight, centers[other]!, y(level(other)))
    svg += "<path d=\"M\(number(x1)) \(number(y1))C\(number(x1)) \(number(y1 + 40)) \(number(x2)) \(number(y2 - 40)) "
    svg += "\(number(x2)) \(number(y2 - 2))\" fill=\"none\" stroke=\"#7a8699\" marker-end=\"url(#head)\"/>\n"
  }
}
for name in drawn.map(\.name) {
  let x = number(centers[name]! - boxWidth(name) / 2), row = number(y(level(name)))
  svg += "<rect x=\"\(x)\" y=\"\(row)\" width=\"\(number(boxWidth(name)))\" height=\"\(Int(boxHeight))\" rx=\"5\" "
  svg += "fill=\"#ffffff\" stroke=\"#2f5d8a\"/>\n<text x=\"\(number(centers[name]!))\" "
  svg += "y=\"\(number(y(level(name)) + boxHeight / 2))\" text-anchor=\"middle\" dominant-baseline=\"central\" "
  svg += "fill=\"#1d2733\">\(title(name))</text>\n"
}
print(svg + "</svg>")
