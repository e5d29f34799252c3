import RAMiTDiagnostics
import RAMiTFiles
import RAMiTModels

/// A model's parameters and Mult-Adds, for people and for programs.
package struct ComplexityReport: Encodable {
  let model: String
  let task: RestorationTask
  /// Width x height, in pixels; the input's is the padded one.
  let outputSize, inputSize: String
  let parameters: Int
  let multAdds: Int
  let components: [Complexity.Component]

  package init(
    _ complexity: Complexity, model: String, task: RestorationTask, outputWidth: Int, outputHeight: Int
  ) {
    self.model = model
    self.task = task
    outputSize = "\(outputWidth)x\(outputHeight)"
    inputSize = "\(complexity.inputWidth)x\(complexity.inputHeight)"
    parameters = complexity.parameters
    multAdds = complexity.multAdds
    components = complexity.components
  }

  /// One line for each component, and the total.
  package var table: String {
    var table = TextTable(header: ["\(model) \(task.rawValue)", "parameters", "Mult-Adds"])
    func add(_ name: String, _ parameters: Int, _ multAdds: Int) {
      table.add([name, parameters.grouped, (Double(multAdds) / 1e9).fixed(2) + " G"])
    }
    for component in components { add(component.name, component.parameters, component.multAdds) }
    add("total", parameters, multAdds)
    return table.text + "\nMult-Adds for an output of \(outputSize), from an input of \(inputSize)"
  }

  /// - Throws: `InputError` that names the file.
  package func write(to path: String) throws { try JSON.write(self, to: path) }
}
