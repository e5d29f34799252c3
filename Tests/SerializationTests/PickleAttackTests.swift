import Serialization
import Testing

/// Pickles that would run code, reach outside their data, or ask for more memory than the file justifies.
@Suite struct PickleAttackTests {
  /// A pickle alone, as a checkpoint without storages.
  private func file(_ body: (inout PickleBytes) -> Void) -> [UInt8] { checkpoint(PickleBytes.operations(body)).bytes }

  @Test(arguments: [
    ("os", "system"), ("posix", "system"), ("builtins", "eval"), ("builtins", "exec"), ("__builtin__", "getattr"),
    ("subprocess", "Popen"), ("nt", "system"), ("runpy", "run_path"), ("webbrowser", "open"), ("numpy", "load"),
    ("torch", "load"), ("torch.hub", "load"), ("torch._utils", "_rebuild_tensor"), ("torch", "ByteStorage"),
    ("torch.storage", "UntypedStorage"), ("torch._utils", "_rebuild_sparse_tensor"), ("collections", "Counter"),
    ("_codecs", "encode"), ("torch.jit", "load"), ("torch", "storage"), ("", ""), ("collections.OrderedDict", ""),
  ])
  func otherGlobalsAreNamed(module: String, name: String) {
    let bytes = file {
      $0.global(module, name)
      $0.op("(")
      $0.string("true")
      $0.op("t")
      $0.op("R")
      $0.op(".")
    }
    expectRefusal(bytes, "the global \(module).\(name)")
  }

  /// Operations that build objects, import by another way, or call; and what protocol 2 does not have.
  @Test(arguments: [
    (UInt8(0x69), "INST"), (0x6f, "OBJ"), (0x81, "NEWOBJ"), (0x92, "NEWOBJ_EX"), (0x93, "STACK_GLOBAL"),
    (0x82, "EXT1"), (0x83, "EXT2"), (0x84, "EXT4"), (0x50, "PERSID"), (0x8d, "BINUNICODE8"), (0x95, "FRAME"),
    (0x32, "DUP"), (0x30, "POP"), (0x8b, "LONG4"), (0x96, "BYTEARRAY8"), (0xff, "0xff"), (0x00, "0x0"),
  ])
  func otherOperationsAreNamed(byte: UInt8, name: String) {
    expectRefusal(file { $0.op(byte, [1, 0, 0, 0, 0x2e]) }, "the pickle opcode \(name) at byte")
  }

  /// A long name must not become a long message, nor a control character reach the terminal.
  @Test func messagesAreShortAndPlain() {
    expectRefusal(file { $0.global(String(repeating: "a", count: 100_000), "b") }, "the global aaaa")
    expectRefusal(file { $0.global("a\r\u{1b}[2J\u{7}", "b") }, "the global a")
    let name = String(repeating: "\r\n", count: 1000)
    let bytes = PickleBytes.dictionary {
      $0.string(name)
      $0.integer(1)
    }
    expectRefusal(checkpoint(bytes).bytes, "an integer named")
  }

  @Test func onlyKnownCallsAreMade() {
    expectRefusal(
      file {
        $0.global("torch", "FloatStorage")
        $0.op(")")
        $0.op("R")
        $0.op(".")
      }, "torch.FloatStorage called with 0 arguments")
    expectRefusal(
      file {
        $0.string("not callable")
        $0.op(")")
        $0.op("R")
      }, "a string called")
    expectRefusal(
      file {
        $0.global("collections", "OrderedDict")
        $0.integer(1)
        $0.op("R")
      }, "arguments", "an integer")
    expectRefusal(
      file {
        $0.global("torch._utils", "_rebuild_parameter")
        $0.op("(")
        for value in 0..<3 { $0.integer(value) }
        $0.op("t")
        $0.op("R")
      }, "a parameter's tensor", "an integer")
  }

  @Test func itemsAndAttributesAreSetOnDictionariesAlone() {
    let targets: [(inout PickleBytes) -> Void] = [
      { $0.op(")") }, { $0.op("]") }, { $0.string("x") }, { $0.op("N") }, { $0.integer(1) },
    ]
    for target in targets {
      for operation: Unicode.Scalar in ["s", "u", "b"] {
        let bytes = file {
          target(&$0)
          if operation == "u" { $0.op("(") }
          $0.op("}")
          if operation != "b" { $0.op("}") }
          $0.op(operation)
          $0.op(".")
        }
        expectRefusal(bytes, operation == "b" ? "attributes of a dictionary" : "a dictionary to set items of")
      }
    }
    for (mark, operation) in [("N", "a"), ("(", "e")] as [(Unicode.Scalar, Unicode.Scalar)] {
      let bytes = file {
        $0.op("}")
        $0.op(mark)
        $0.op(operation)
      }
      expectRefusal(bytes, "a list to append to", "a dictionary")
    }
    let onTensor = PickleBytes.operations {
      $0.tensor(key: "0", count: 1, shape: [1], strides: [1])
      $0.string("key")
      $0.string("value")
      $0.op("s")
      $0.op(".")
    }
    expectRefusal(checkpoint(onTensor, [("0", floats(1))]).bytes, "a dictionary to set items of", "a tensor")
    expectRefusal(
      file {
        $0.op("}")
        $0.op("(")
        $0.string("a key without")
        $0.op("u")
      }, "keys with values")
  }

  @Test func theStackAndTheMemoDoNotRunEmpty() {
    for operation: Unicode.Scalar in [".", "a", "s", "R", "Q", "b"] {
      expectRefusal(file { $0.op(operation) }, "in the pickle")
    }
    for operation: UInt8 in [0x85, 0x86, 0x87] { expectRefusal(file { $0.op(operation) }, "values", "fewer") }
    for operation: Unicode.Scalar in ["t", "u", "e"] { expectRefusal(file { $0.op(operation) }, "a mark", "none") }
    expectRefusal(file { $0.op("q", [0]) }, "a value", "none")
    expectRefusal(file { $0.op("h", [3]) }, "memo entry 3", "none")
    expectRefusal(file { $0.op("j", little(UInt32.max)) }, "memo entry 4294967295")
    // A mark hides what lies below it.
    expectRefusal(
      file {
        $0.op("N")
        $0.op("(")
        $0.op(".")
      }, "a value", "none")
    expectRefusal(file { _ in }, "more bytes of the pickle")
  }

  @Test func sizesAreThoseOfThePickle() {
    expectRefusal(file { $0.op("X", little(UInt32.max) + [0x61]) }, "4294967295 more bytes of the pickle")
    expectRefusal(file { $0.op("X", little(UInt32(0x8000_0000))) }, "2147483648 more bytes")
    expectRefusal(file { $0.op(0x8a, [9] + [UInt8](repeating: 1, count: 9)) }, "an integer of 9 bytes")
    expectRefusal(file { $0.op(0x8a, [255]) }, "an integer of 255 bytes")
    expectRefusal(file { $0.op("G", [0, 0]) }, "more bytes of the pickle")
    expectRefusal(file { $0.op("c", Array("torch".utf8)) }, "a line of the pickle")
    expectRefusal(file { $0.op("X", little(UInt32(2)) + [0xc3, 0x28]) }, "UTF-8")
    expectRefusal(checkpoint([]).bytes, "more bytes of the pickle")
    expectRefusal(checkpoint([0x80, 4, 0x4e, 0x2e]).bytes, "protocol 2", "protocol 4")
  }

  /// Tuples a hundred thousand deep are freed without recursion, and a dictionary may hold itself.
  @Test func deepAndCircularValuesDoNoHarm() {
    for operation: UInt8 in [0x85, 0x5d, 0x28] {
      expectRefusal(
        file {
          $0.op("N")
          for _ in 0..<100_000 { $0.op(operation) }
          $0.op(".")
        })
    }
    expectRefusal(
      file {
        $0.dictionary()
        $0.op("q", [0])
        $0.string("state_dict")
        $0.op("h", [0])
        $0.op("s")
        $0.op(".")
      }, "a dictionary named 'state_dict'")
  }

  @Test func operationsHaveALimit() {
    expectRefusal(
      file { pickle in
        pickle.bytes += [UInt8](repeating: UInt8(ascii: ")"), count: 1 << 20)
        pickle.op(".")
      }, "a pickle of at most 524288 operations")
    expectRefusal(
      file { pickle in
        pickle.string(String(repeating: "a", count: 9 << 20))
        pickle.op(".")
      }, "a pickle of at most 8 MiB")
  }

  @Test func theRootIsADictionaryOfTensorsByName() {
    expectRefusal(
      file {
        $0.integer(1)
        $0.op(".")
      }, "a dictionary of tensors", "an integer")
    let numbered = PickleBytes.dictionary {
      $0.integer(1)
      $0.tensor(key: "0", count: 1, shape: [1], strides: [1])
    }
    expectRefusal(checkpoint(numbered, [("0", floats(1))]).bytes, "tensors by name", "an integer")
    let twice = PickleBytes.dictionary {
      for _ in 0..<2 {
        $0.string("x")
        $0.tensor(key: "0", count: 1, shape: [1], strides: [1])
      }
    }
    expectRefusal(checkpoint(twice, [("0", floats(1))]).bytes, "one tensor a name", "two named 'x'")
  }
}
