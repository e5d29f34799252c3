// A model of one's own, with the whole command line: train, resume, evaluate, restore and report from YAML.
//
//     swift run -c release ModelExample train Sources/Examples/ModelExample/x2.yaml
//     swift run -c release ModelExample restore photo.jpg --output large \
//       --weights runs/small-net/weights/best.safetensors

import RAMiTAutograd
import RAMiTModels
import RAMiTNN
import RAMiTRestorationCommands

/// What defines the network. Each property is a key of `model` in YAML.
struct SmallNet: RestorationArchitecture {
  var task: RestorationTask
  var channels = 24
  var blocks = 4

  init(task: RestorationTask) { self.task = task }

  func makeModel(_ scope: ParameterScope) -> any RestorationModel { SmallNetwork(self, scope) }
}

/// Adds what convolutions find to the image enlarged by interpolation.
final class SmallNetwork: RestorationModel {
  let architecture: SmallNet
  let parameters: ParameterStore
  let sizeMultiple = 1
  private let head, tail: Conv2d
  private let blocks: [(first: Conv2d, second: Conv2d)]

  init(_ architecture: SmallNet, _ scope: ParameterScope) {
    let task = architecture.task, channels = architecture.channels
    func convolution(_ name: String, _ inputs: Int, _ outputs: Int) -> Conv2d {
      Conv2d(scope / name, inputs: inputs, outputs: outputs, kernelSize: 3, padding: 1)
    }
    head = convolution("head", task.channels, channels)
    blocks = (0..<architecture.blocks).map {
      (convolution("block\($0).first", channels, channels), convolution("block\($0).second", channels, channels))
    }
    tail = convolution("tail", channels, task.channels * task.scale * task.scale)
    self.architecture = architecture
    parameters = ParameterStore(scope)
  }

  func callAsFunction(
    _ images: Variable, context: TrainingContext?, observe: (_ component: String, Variable) -> Void
  ) -> Variable {
    var features = relu(head(images))
    for block in blocks { features = features + block.second(relu(block.first(features))) }
    let scale = task.scale, height = images.shape[1] * scale, width = images.shape[2] * scale
    return pixelShuffle(tail(features), scale) + interpolate(images, height: height, width: width, mode: .bicubic)
  }
}

RestorationCommand<SmallNet>.main()
