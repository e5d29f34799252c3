// Writes the manual page of a program from what it says of itself:
//
//     ramit --experimental-dump-help | swift docs/tools/manual.swift VERSION > ramit.1

import Foundation

struct Help: Decodable { var command: Command }

struct Command: Decodable {
  var commandName: String
  var abstract: String?
  var discussion: String?
  var arguments: [Argument]?
  var subcommands: [Command]?
}

struct Argument: Decodable {
  struct Name: Decodable {
    var kind, name: String
    var text: String { (kind == "long" ? "--" : "-") + name }
  }

  var kind: String
  var names: [Name]?
  var valueName: String?
  var abstract: String?
  var defaultValue: String?
  var isOptional, isRepeating, shouldDisplay: Bool

  var isPositional: Bool { kind == "positional" }
  var value: String { "\\fI\(escaped(valueName ?? "value"))\\fR" }

  /// As a usage line has it: `[--tile <pixels>]`.
  var usage: String {
    let name = names?.max { $0.name.count < $1.name.count }.map { "\\fB\(escaped($0.text))\\fR" } ?? ""
    let text = (isPositional ? value : kind == "flag" ? name : "\(name) \(value)") + (isRepeating ? " ..." : "")
    return isOptional ? "[\(text)]" : text
  }

  /// The head of its paragraph: `-h, --help`.
  var head: String {
    if isPositional { return value }
    let names = (names ?? []).map { "\\fB\(escaped($0.text))\\fR" }.joined(separator: ", ")
    return kind == "flag" ? names : "\(names) \(value)"
  }
}

/// Text that troff prints as it stands.
func escaped(_ text: String) -> String {
  text.replacingOccurrences(of: "\\", with: "\\e").replacingOccurrences(of: "-", with: "\\-")
    .split(separator: "\n", omittingEmptySubsequences: false)
    .map { $0.hasPrefix(".") || $0.hasPrefix("'") ? "\\&\($0)" : String($0) }.joined(separator: "\n")
}

func paragraphs(_ text: String?) -> String {
  (text ?? "").components(separatedBy: "\n\n").filter { !$0.isEmpty }.map { ".PP\n\(escaped($0))\n" }.joined()
}

func describe(_ command: Command, after parents: [String]) -> String {
  let path = parents + [command.commandName]
  let arguments = (command.arguments ?? []).filter {
    $0.shouldDisplay && !["help", "version"].contains($0.names?.last?.name)
  }
  var page = ".SS \"\(escaped(path.dropFirst().joined(separator: " ")))\"\n"
  page += paragraphs(command.abstract)
  if command.subcommands == nil {
    let usage = arguments.map(\.usage).joined(separator: " ")
    page += ".PP\n\\fB\(escaped(path.joined(separator: " ")))\\fR \(usage)\n"
  }
  page += paragraphs(command.discussion)
  for argument in arguments {
    let initial = argument.defaultValue.map { " (default: \($0))" } ?? ""
    page += ".TP\n\(argument.head)\n\(escaped((argument.abstract ?? "") + initial))\n"
  }
  return page + (command.subcommands ?? []).map { describe($0, after: path) }.joined()
}

let input = FileHandle.standardInput.readDataToEndOfFile()
let program = try JSONDecoder().decode(Help.self, from: input).command
let name = program.commandName, version = CommandLine.arguments.dropFirst().first ?? ""
let commands = (program.subcommands ?? []).filter { $0.commandName != "help" }
let page = """
  .TH \(name.uppercased()) 1 "" "\(name) \(version)" "User commands"
  .SH NAME
  \(name) \\- \(escaped(program.abstract ?? ""))
  .SH SYNOPSIS
  .B \(name)
  .I command
  [\\fIargument\\fR ...]
  .br
  .B \(name) help
  .I command
  .SH DESCRIPTION
  \(paragraphs(program.discussion)).SH COMMANDS

  """
print(page + commands.map { describe($0, after: [name]) }.joined(), terminator: "")
