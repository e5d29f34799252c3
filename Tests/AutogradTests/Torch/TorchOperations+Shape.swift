import RAMiTAutograd
import RAMiTKernels
import RAMiTTensorCore

extension TorchOperations {
  static let shape: [String: Operation] = [
    "reshaped": { v, a in [v[0].reshaped(Shape(a.ints("shape")))] },
    "permuted": { v, a in [v[0].permuted(a.ints("axes"))] },
    "transposed": { v, a in [v[0].transposed(a.ints("axes")[0], a.ints("axes")[1])] },
    "sliced": { v, a in [v[0].sliced(axis: a.int("axis"), a.ints("range")[0]..<a.ints("range")[1])] },
    "concatenate": { v, a in [concatenate(v, axis: a.int("axis"))] },
    "stack": { v, a in [stack(v, axis: a.int("axis"))] },
    "split": { v, a in v[0].split(axis: a.int("axis"), sizes: a.ints("sizes")) },
    "rolled": { v, a in [v[0].rolled(shifts: a.ints("shifts"), axes: a.ints("axes"))] },
    "flipped": { v, a in [v[0].flipped(axes: a.ints("axes"))] },
    "gather": { v, a in [v[0].gather(axis: a.int("axis"), indices: a.ints("indices"))] },
    "pad": { v, a in
      let sides = a.ints("sides")
      let modes: [String: PaddingMode] = [
        "zero": .zero, "constant": .constant(a.float("value")), "reflect": .reflect, "replicate": .replicate,
        "symmetric": .symmetric,
      ]
      return [
        pad(v[0], top: sides[0], bottom: sides[1], left: sides[2], right: sides[3], mode: modes[a.text("mode")]!)
      ]
    },
    "pixelShuffle": { v, a in [pixelShuffle(v[0], a.int("factor"))] },
    "pixelUnshuffle": { v, a in [pixelUnshuffle(v[0], a.int("factor"))] },
    "patchMerging": { v, _ in [patchMerging(v[0])] },
    "windowPartition": { v, a in [windowPartition(v[0], window: a.int("window"))] },
    "windowMerge": { v, a in
      [windowMerge(v[0], window: a.int("window"), height: a.int("height"), width: a.int("width"))]
    },
  ]
}
