import RAMiTSerialization
import Testing

/// Pickles that would run code, reach outside their data, or ask for more memory than the file justifies.
@Suite struct PickleAttackTests {
  /// A pickle alone, as a checkpoint without storages.
  private func file(_ body: (inout PickleBytes) -> Void) -> [UInt8] { checkpoint(PickleBytes.operations(body)).bytes }

  /// What would run code is an object of its name, and is not built; as the file's root it is no dictionary.
  @Test(arguments: [
    ("os", "system"), ("posix", "system"), ("builtins", "eval"), ("builtins", "exec"), ("__builtin__", "getattr"),
    ("subprocess", "Popen"), ("nt", "system"), ("runpy", "run_path"), ("webbrowser", "open"), ("numpy", "load"),
    ("torch", "load"), ("torch.hub", "load"), ("torch._utils", "_rebuild_tensor"), ("torch", "ByteStorage"),
    ("torch.storage", "UntypedStorage"), ("torch.jit", "load"), ("torch", "storage"), ("", ""),
    ("collections.OrderedDict", ""),
  ])
  func otherCallsAreNeverMade(module: String, name: String) {
    let calls: [(inout PickleBytes) -> Void] = [
      {
        $0.global(module, name)
        $0.op("(")
        $0.string("true")
        $0.op("t")
        $0.op("R")
      },
      {
        $0.string(module)
        $0.string(name)
        $0.op(0x93)  // STACK_GLOBAL
        $0.op("(")
        $0.string("true")
        $0.op("t")
        $0.op(0x81)  // NEWOBJ
      },
      {
        $0.op("(")
        $0.string("true")
        $0.op("i", Array("\(module)\n\(name)\n".utf8))
      },
      {
        $0.op("(")
        $0.global(module, name)
        $0.string("true")
        $0.op("o")
      },
    ]
    for call in calls {
      let bytes = file {
        call(&$0)
        $0.op(".")
      }
      expectRefusal(bytes, "a dictionary of tensors", "an object of \(module).\(name), which is not built here")
      let beside = PickleBytes.dictionary {
        $0.string("x")
        $0.tensor(key: "0", count: 1, shape: [1], strides: [1])
        $0.string("y")
        call(&$0)
      }
      let tensors = try? WeightFile.decode(checkpoint(beside, [("0", floats(1))]).bytes, path: "beside")
      #expect(tensors?["x"]?.array == [0] && tensors?.unreadable["y"] == "an object of \(module).\(name)")
    }
  }

  /// Operations that need more than the file, and bytes that are none.
  @Test(arguments: [
    (UInt8(0x82), "EXT1"), (0x83, "EXT2"), (0x84, "EXT4"), (0x97, "NEXT_BUFFER"), (0xff, "0xff"), (0x00, "0x0"),
  ])
  func otherOperationsAreNamed(byte: UInt8, name: String) {
    expectRefusal(file { $0.op(byte, [1, 0, 0, 0, 0x2e]) }, "the pickle opcode \(name) at byte")
  }

  /// A long name must not become a long message, nor a control character reach the terminal.
  @Test func messagesAreShortAndPlain() {
    for name in [String(repeating: "a", count: 100_000), "aaaa\r\u{1b}[2J\u{7}"] {
      let bytes = file {
        $0.global(name, "b")
        $0.op(")")
        $0.op("R")
        $0.op(".")
      }
      expectRefusal(bytes, "an object of aaaa")
    }
    let name = String(repeating: "\r\n", count: 1000)
    let bytes = PickleBytes.dictionary {
      $0.string(name)
      $0.integer(1)
    }
    expectRefusal(checkpoint(bytes).bytes, "an integer named", "without any")
  }

  @Test func callsAreOfGlobalsWithArguments() {
    expectRefusal(
      file {
        $0.string("not callable")
        $0.op(")")
        $0.op("R")
      }, "a class or function", "a string called")
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
    expectRefusal(
      file {
        $0.global("collections", "OrderedDict")
        $0.op("(")
        $0.tuple([1, 2])
        $0.op("t")
        $0.op("R")
      }, "a key with its value", "an integer")
    expectRefusal(file { $0.op("P", Array("0\n".utf8)) }, "a storage's identity as a tuple", "one as text")
    expectRefusal(
      file {
        $0.integer(1)
        $0.string("x")
        $0.op(0x93)
      }, "the names of a global", "an integer and a string")
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
        expectRefusal(bytes, operation == "b" ? "an object to set attributes of" : "a dictionary to set items of")
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
    for operation: UInt8 in [0x85, 0x86, 0x87] { expectRefusal(file { $0.op(operation) }, "values", "found 0") }
    for operation: Unicode.Scalar in ["t", "u", "e"] { expectRefusal(file { $0.op(operation) }, "a mark", "no mark") }
    expectRefusal(file { $0.op("q", [0]) }, "a value", "an empty stack")
    expectRefusal(file { $0.op("h", [3]) }, "memo entry 3", "no such entry")
    expectRefusal(file { $0.op("j", little(UInt32.max)) }, "memo entry 4294967295")
    // A mark hides what lies below it.
    expectRefusal(
      file {
        $0.op("N")
        $0.op("(")
        $0.op(".")
      }, "a value", "an empty stack")
    expectRefusal(file { _ in }, "more bytes of the pickle")
  }

  @Test func sizesAreThoseOfThePickle() {
    expectRefusal(file { $0.op("X", little(UInt32.max) + [0x61]) }, "4294967295 more bytes of the pickle")
    expectRefusal(file { $0.op("X", little(UInt32(0x8000_0000))) }, "2147483648 more bytes")
    expectRefusal(file { $0.op(0x8a, [255]) }, "255 more bytes of the pickle")
    expectRefusal(file { $0.op(0x8b, little(Int32.max)) }, "2147483647 more bytes of the pickle")
    expectRefusal(file { $0.op(0x8b, little(Int32.min)) }, "the size of an integer", "-2147483648")
    for operation: UInt8 in [0x8d, 0x8e, 0x95, 0x96] {
      for size in [UInt64.max, 1 << 63, 1 << 40] {
        expectRefusal(file { $0.op(operation, little(size)) }, "\(size) more bytes of the pickle")
      }
    }
    expectRefusal(file { $0.op("B", little(UInt32.max)) }, "4294967295 more bytes of the pickle")
    expectRefusal(file { $0.op("I", Array("12x\n".utf8)) }, "an integer", "'12x'")
    expectRefusal(file { $0.op("F", Array("x\n".utf8)) }, "a number", "'x'")
    expectRefusal(file { $0.op("S", Array("x\n".utf8)) }, "a quoted string")
    expectRefusal(file { $0.op("g", Array("-1\n".utf8)) }, "a memo entry's number", "'-1'")
    expectRefusal(file { $0.op("G", [0, 0]) }, "more bytes of the pickle")
    expectRefusal(file { $0.op("c", Array("torch".utf8)) }, "a line of the pickle")
    expectRefusal(file { $0.op("X", little(UInt32(2)) + [0xc3, 0x28]) }, "UTF-8")
    expectRefusal(checkpoint([]).bytes, "more bytes of the pickle")
    expectRefusal(checkpoint([0x80, 6, 0x4e, 0x2e]).bytes, "protocol 0 to 5", "protocol 6")
  }

  /// Tuples a million deep are freed without recursion, and a dictionary may hold itself.
  @Test func deepAndCircularValuesDoNoHarm() {
    for operation: UInt8 in [0x85, 0x5d, 0x28] {
      expectRefusal(
        file {
          $0.op("N")
          for _ in 0..<1_000_000 { $0.op(operation) }
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
      }, "a dictionary without any", "a dictionary named 'state_dict'")
  }

  @Test func picklesHaveALimit() {
    expectRefusal(
      file { pickle in
        pickle.string(String(repeating: "a", count: 65 << 20))
        pickle.op(".")
      }, "a pickle of at most 64 MiB")
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
    expectRefusal(checkpoint(numbered, [("0", floats(1))]).bytes, "a dictionary of tensors", "named an integer")
    let twice = PickleBytes.dictionary {
      for _ in 0..<2 {
        $0.string("x")
        $0.tensor(key: "0", count: 1, shape: [1], strides: [1])
      }
    }
    expectRefusal(checkpoint(twice, [("0", floats(1))]).bytes, "one tensor a name", "two named 'x'")
  }
}
