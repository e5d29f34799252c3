import RAMiTDiagnostics
import RAMiTNN
import RAMiTSerialization
import RAMiTTensorCore
import Testing

@Suite struct BufferTests {
  private func store() -> (store: ParameterStore, mean: Buffer, count: Buffer, index: Buffer) {
    let scope = ParameterScope(seed: 1)
    let norm = scope / "norm"
    _ = norm.parameter("weight", [3], start: .constant(1))
    let mean = norm.buffer("running_mean", Tensor([1, 2, 3], [3]))
    let count = norm.buffer("num_batches_tracked", Tensor(7), isInteger: true)
    let index = scope.buffer(
      "relative_position_index", Tensor([0, 1, 1, 0], [2, 2]), isOptional: true, isInteger: true)
    return (ParameterStore(scope), mean, count, index)
  }

  @Test func buffersAreSavedAndNotTrained() throws {
    let (store, mean, _, _) = store()
    #expect(store.count == 3 && store.parameters.count == 1 && store.buffers.count == 3)
    let tensors = store.stateDict
    #expect(
      tensors.names == ["norm.weight", "norm.running_mean", "norm.num_batches_tracked", "relative_position_index"])
    #expect(tensors.int64Names == ["norm.num_batches_tracked", "relative_position_index"])
    #expect(tensors["norm.num_batches_tracked"]?.shape == [])
    // A state dictionary is a copy.
    mean.value.pointer[0] = 9
    #expect(tensors["norm.running_mean"]?.array == [1, 2, 3])
  }

  @Test func buffersAreLoadedStrictly() throws {
    let (store, mean, count, index) = store()
    var tensors = store.stateDict
    tensors["norm.running_mean"] = Tensor([4, 5, 6], [3])
    tensors["norm.num_batches_tracked"] = Tensor(8)
    tensors["relative_position_index"] = nil
    try store.load(tensors, from: "file")
    #expect(mean.value.array == [4, 5, 6] && count.value.scalar == 8 && index.value.array == [0, 1, 1, 0])

    func refusal(_ change: (inout NamedTensors) -> Void) -> String? {
      var changed = tensors
      change(&changed)
      let error = #expect(throws: InputError.self) { try store.load(changed, from: "file") }
      #expect(mean.value.array == [4, 5, 6])
      return error?.found
    }
    #expect(refusal { $0["norm.running_mean"] = nil } == "1 missing (norm.running_mean)")
    #expect(
      refusal { $0["norm.running_mean"] = Tensor([1], [1]) } == "1 of another shape (norm.running_mean 1 for 3)")
    #expect(
      refusal { $0["relative_position_index"] = Tensor([1], [1]) }
        == "1 of another shape (relative_position_index 1 for 2 x 2)",
      "an optional buffer must fit where the file has it")
    #expect(
      refusal { $0["norm.running_mean"] = Tensor([1, .nan, 2], [3]) }
        == "1 with values that are not finite (norm.running_mean: 1 NaN of 3 values)")
    #expect(refusal { $0["norm.running_var"] = Tensor([1], [1]) } == "1 unexpected (norm.running_var)")
  }

  @Test func ignoredNamesAreLeftOutWhateverTheirShape() throws {
    let scope = ParameterScope(seed: 1), norm = scope / "norm"
    _ = norm.parameter("weight", [3], start: .constant(1))
    norm.ignore("mask")
    let store = ParameterStore(scope)
    #expect(store.stateDict.names == ["norm.weight"])
    var tensors = store.stateDict
    tensors["norm.mask"] = Tensor([.nan, 1], [2, 1])
    try store.load(tensors, from: "file")
    tensors["mask"] = Tensor(1)
    let error = #expect(throws: InputError.self) { try store.load(tensors, from: "file") }
    #expect(error?.found == "1 unexpected (mask)")
  }

  @Test func passesThatMeasureLeaveNoTrace() {
    let (store, mean, _, _) = store()
    let result = store.keepingBuffers {
      mean.value.pointer[1] = 100
      return mean.value.pointer[1]
    }
    #expect(result == 100 && mean.value.array == [1, 2, 3])
  }
}
