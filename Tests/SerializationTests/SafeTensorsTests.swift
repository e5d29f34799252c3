import Foundation
import RAMiTDiagnostics
import RAMiTSerialization
import RAMiTTensorCore
import RAMiTTestSupport
import Testing

/// The format's promises: what is written is read, and a file says one thing or is refused.
@Suite struct SafeTensorsTests {
  /// A file of this header and as many bytes of data.
  private func file(_ header: String, data: Int = 0) -> [UInt8] {
    little(UInt64(header.utf8.count)) + Array(header.utf8) + [UInt8](repeating: 0, count: data)
  }

  private func field(_ name: String, _ shape: String, _ begin: Int, _ end: Int, type: String = "F32") -> String {
    #""\#(name)":{"dtype":"\#(type)","shape":[\#(shape)],"data_offsets":[\#(begin),\#(end)]}"#
  }

  // MARK: What is written is read

  @Test func tensorsAndNotesComeBack() throws {
    let notes = ["model": #"{"task":"x2"}"#, "a \"quote\"\n": "back\\slash, \t, \u{1}, é, 画, 🙂", "empty": ""]
    var tensors = NamedTensors(metadata: notes)
    tensors["weight"] = Tensor((0..<24).map { Float($0) - 0.5 }, [2, 3, 4])
    tensors["a/\"b\".\u{1f}é"] = Tensor([-0.0, .infinity, .leastNonzeroMagnitude], [3])
    tensors["scalar"] = Tensor(7)
    tensors["empty"] = Tensor(zeros: [0, 5])
    let bytes = [UInt8](try SafeTensors.encode(tensors, path: "out"))
    let read = try WeightFile.decode(bytes, path: "in")
    #expect(read.metadata == notes)
    #expect(read.names == tensors.names)
    for (name, tensor) in tensors {
      #expect(read[name]?.shape == tensor.shape)
      #expect(read[name]?.array.map(\.bitPattern) == tensor.array.map(\.bitPattern))
    }
    // The values start aligned, as the format asks.
    let header = bytes.prefix(8).reversed().reduce(0) { (size: Int, byte) in size << 8 | Int(byte) }
    #expect(header % 8 == 0)
  }

  @Test func filesAreReplacedWhole() throws {
    try withTemporaryFolder { folder in
      for value in [Float(1), 2] {
        try SafeTensors.write(NamedTensors([("x", Tensor(value))]), to: folder + "/x.safetensors")
        #expect(try WeightFile.read(folder + "/x.safetensors")["x"]?.scalar == value)
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["x.safetensors"])
      #expect(throws: InputError.self) { try SafeTensors.write(NamedTensors(), to: folder + "/none/x.safetensors") }
      for path in ["/none.safetensors", "", "/x.safetensors/y"] {
        #expect(throws: InputError.self) { try WeightFile.read(folder + path) }
      }
      #expect(throws: InputError.self) { try WeightFile.read("/dev/zero") }
    }
  }

  @Test func theReservedNameIsNotWritten() {
    #expect(throws: InputError.self) {
      try SafeTensors.encode(NamedTensors([("__metadata__", Tensor(1))]), path: "out")
    }
  }

  static let numbers: [(type: String, bytes: [UInt8], value: Float)] = [
    ("F16", little(Float16(-2.5).bitPattern), Float(-2.5)), ("BF16", [0x20, 0xc0], -2.5),
    ("F32", little(Float(-2.5).bitPattern), -2.5), ("F64", little((-2.5).bitPattern), -2.5),
    ("I64", little(Int64(-3)), -3), ("I32", little(Int32(-3)), -3), ("I16", little(Int16(-3)), -3),
    ("I8", little(Int8(-3)), -3), ("U64", little(UInt64.max), 0x1p64), ("U32", little(UInt32(3)), 3),
    ("U16", little(UInt16(3)), 3), ("U8", [200], 200), ("BOOL", [1], 1), ("BOOL", [0], 0),
  ]

  @Test(arguments: numbers)
  func numbersBecomeFloat32(type: String, bytes: [UInt8], value: Float) throws {
    let header = "{\(field("x", "1", 0, bytes.count, type: type))}"
    #expect(try WeightFile.decode(file(header) + bytes, path: "in")["x"]?.array == [value])
  }

  @Test func headersMayBeSpaced() throws {
    let header = " \n{ \"x\" : { \"shape\" : [ 1 , 2 ] , \"data_offsets\" : [ 0 , 8 ] , \"dtype\" : \"F32\" } }\t  "
    #expect(try SafeTensors.decode(file("{}"), path: "in").isEmpty)
    #expect(try WeightFile.decode(file(header, data: 8), path: "in")["x"]?.shape == [1, 2])
  }

  // MARK: What is refused

  @Test func headersAreInTheFile() {
    expectRefusal(little(UInt64(100_000_001)) + Array("{}".utf8), "a header of at most 100000000 bytes")
    expectRefusal(little(UInt64.max) + Array("{}".utf8), "a header of at most 100000000 bytes")
    expectRefusal(little(UInt64(1) << 63) + Array("{}".utf8), "a header of at most")
    expectRefusal(little(UInt64(3)) + Array("{}".utf8), "the header: 3 bytes", "a file of 10 bytes")
    expectRefusal(little(UInt64(0)) + Array("{}".utf8), "'{' in the header")
  }

  @Test func dataIsCoveredOnceAndWhole() {
    let (x, y) = (field("x", "2", 0, 8), field("y", "1", 8, 12))
    expectRefusal(file("{\(x),\(y)}", data: 11), "'y' within the data of 11 bytes")
    expectRefusal(file("{\(x),\(y)}", data: 13), "data of 12 bytes", "13 bytes")
    expectRefusal(file("{\(x),\(field("y", "1", 4, 8))}", data: 8), "one after another", "'y' at data byte 4")
    expectRefusal(file("{\(x),\(field("y", "2", 0, 8))}", data: 8), "one after another")
    expectRefusal(file("{\(x),\(field("y", "1", 12, 16))}", data: 16), "one after another", "'y' at data byte 12")
    expectRefusal(file("{\(field("x", "2", 4, 12))}", data: 12), "one after another", "'x' at data byte 4")
    expectRefusal(file("{\(x),\(field("y", "0", 4, 4))}", data: 8), "one after another", "'y' at data byte 4")
    expectRefusal(file("{}", data: 1), "data of 0 bytes")
    expectRefusal(file("{\(field("x", "2", 8, 0))}", data: 8), "bytes 8 to 0")
  }

  @Test func sizesFitTheirShapes() {
    expectRefusal(file("{\(field("x", "3", 0, 8))}", data: 8), "'x' of F32 and shape [3]", "8 bytes")
    expectRefusal(file("{\(field("x", "2", 0, 8, type: "F64"))}", data: 8), "'x' of F64 and shape [2]")
    for shape in [
      "4611686018427387904", "4611686018427387904,4", "9223372036854775807,2", "4294967296,4294967296",
      "4294967296,4294967296,0", "3037000500,3037000500",
    ] {
      expectRefusal(file("{\(field("x", shape, 0, 8))}", data: 8), "in as many bytes")
      expectRefusal(file("{\(field("x", shape, 0, 0))}"), "in as many bytes")
    }
    expectRefusal(file("{\(field("x", "9223372036854775808", 0, 8))}", data: 8), "a number below 2^63")
    expectRefusal(file("{\(field("x", "-1", 0, 8))}", data: 8), "a natural number", "'-'")
    expectRefusal(file("{\(field("x", "2.0", 0, 8))}", data: 8), "'.'")
    expectRefusal(file("{\(field("x", "1e1", 0, 8))}", data: 8), "'e'")
    expectRefusal(file("{\(field("x", "02", 0, 8))}", data: 8), "a natural number")
    expectRefusal(
      file("{\(field("x", [String](repeating: "1", count: 65).joined(separator: ","), 0, 4))}", data: 4),
      "at most 64 numbers")
    expectRefusal(file("{\(field("x", "1", 0, 1, type: "F5"))}", data: 1), "a known element type", "F5")
    expectRefusal(file("{\(field("x", "1", 0, 1, type: "F4"))}", data: 1), "'x' of F4 and shape [1]")
    expectRefusal(file("{\(field("x", "3", 0, 2, type: "F8_E4M3"))}", data: 2), "'x' of F8_E4M3 and shape [3]")
  }

  @Test func namesAndKeysComeOnce() {
    let x = field("x", "1", 0, 4)
    expectRefusal(file("{\(x),\(x)}", data: 4), "one entry a name", "two named 'x'")
    expectRefusal(file(#"{\#(x),"\u0078":{}}"#, data: 4), "two named 'x'")
    expectRefusal(file(#"{"__metadata__":{},"__metadata__":{}}"#), "two named '__metadata__'")
    expectRefusal(file(#"{"__metadata__":{"a":"1","a":"2"}}"#), "one value a key", "'a'")
    expectRefusal(file(#"{"x":{"dtype":"F32","dtype":"F32","shape":[],"data_offsets":[0,4]}}"#, data: 4), "'dtype'")
    expectRefusal(file(#"{"__metadata__":{"a":null}}"#), "'\"'", "'n'")
    expectRefusal(file(#"{"x":{"dtype":"F32","shape":[]}}"#), "two data_offsets of 'x'", "0 data_offsets")
    expectRefusal(file(#"{"x":{"dtype":"F32","shape":[],"data_offsets":[0]}}"#), "two data_offsets")
    expectRefusal(file(#"{"x":{"dtype":"F32","shape":[],"data_offsets":[0,4,8]}}"#), "at most 2 numbers")
    expectRefusal(file(#"{"__metadata__":{"a":1}}"#), "'\"'", "'1'")
    expectRefusal(file(#"{"__metadata__":{"a":{"b":"c"}}}"#), "'{'")
  }

  @Test(arguments: [
    "{", "{}}", "{},", "{} x", #"{"x"}"#, #"{"x":}"#, #"{"x":{}}"#, #"{"x"#, #"{"x\"#, #"{"\u12"#, #"{"\uD800"}"#,
    #"{"\uD800\u0041":{}}"#, #"{"\uDC00":{}}"#, #"{"\x":{}}"#, "{\"\n\":{}}", "{'x':{}}", #"{"x":{},}"#, "{,}", "{\0}",
    #"{"x":{"shape":[1,]}}"#, #"{"x":{"shape":[,1]}}"#, #"{"x":{"shape":[1 2]}}"#, #"{"x":{"shape":[[1]]}}"#,
    #"{"x":{"dtype":F32}}"#, "{//\n}", #"{"x":{"a":}}"#, #"{"x":{"a":[1,]}}"#, #"{"x":{"a":[1 2]}}"#,
    #"{"x":{"a":{"b"}}}"#, #"{"x":{"a":{"b":1,}}}"#, #"{"x":{"a":[}]}}"#, #"{"x":{"a":{"b":1]}}"#, #"{"x":{"a":nul}}"#,
    #"{"x":{"a":01}}"#, #"{"x":{"a":1.}}"#, #"{"x":{"a":-}}"#, #"{"x":{"a":1e}}"#, #"{"x":{"a":"#, #"{"x":{"a":["#,
    #"{"x":{"a":NaN}}"#, #"{"__metadata__":nul}"#,
  ])
  func brokenHeadersAreRefused(header: String) { expectRefusal(file(header)) }

  @Test func tensorsHaveALimit() {
    let fields = (0...1 << 17).map { field("\($0)", "0", 0, 0) }
    expectRefusal(file("{\(fields.joined(separator: ","))}"), "at most 131072 tensors")
  }

  @Test func namesAreUTF8() {
    let header = Array(#"{""#.utf8) + [0xff] + Array(#"":{}}"#.utf8)
    expectRefusal(little(UInt64(header.count)) + header, "a string in UTF-8")
  }

  @Test func nestingIsNotFollowed() {
    let deep = String(repeating: #"{"a":"#, count: 100_000)
    expectRefusal(file(deep), "at most 127 levels")
    expectRefusal(file(#"{"x":{"a":"# + String(repeating: "[", count: 100_000)), "at most 127 levels")
    expectRefusal(file(#"{"x":{"shape":"# + String(repeating: "[", count: 100_000)), "a natural number", "'['")
  }

  @Test func everyCutIsNoticed() {
    let bytes = file("{\(field("x", "2", 0, 8)),\(field("y", "1", 8, 12))}", data: 12)
    for count in 0..<bytes.count { expectRefusal(Array(bytes.prefix(count))) }
  }

  /// Fields that the format does not know, and types that no weights have here, are passed over as its library does.
  @Test func unknownFieldsAndTypesArePassedOver() throws {
    let unknown = #""a":[1,-0,2.5e-3,[{}],{"b":{"c":"]}"},"d":[]}],"e":null,"f":true"#
    let x = #""x":{"dtype":"F32",\#(unknown),"shape":[1],"data_offsets":[0,4],"g":{}}"#
    #expect(try WeightFile.decode(file("{\"__metadata__\":null,\(x)}", data: 4), path: "in")["x"]?.array == [0])
    for (type, bits) in [("F4", 4), ("F6_E2M3", 6), ("F8_E4M3", 8), ("F8_E5M2", 8), ("F8_E8M0", 8), ("C64", 64)] {
      let size = 4 * bits / 8
      let header = "{\(field("x", "1", 0, 4)),\(field("y", "2,2", 4, 4 + size, type: type))}"
      let read = try SafeTensors.decode(file(header, data: 4 + size), path: "in")
      #expect(read.names == ["x"] && read.unreadable == ["y": "a tensor of type \(type)"])
    }
  }
}
