// swift-tools-version: 6.1
import Foundation
import PackageDescription

// The package is a house of floors. A target imports only targets listed above it; the build checks that every import
// is declared (`make build`), so the direction holds. docs/ARCHITECTURE.md tells what each floor is for.
//
// Modules are called RAMiT and what they are, so that they collide with no module of another package; here they go by
// the second part.

#if !os(Linux)
  #error("RAMiT builds on Linux only: it uses Linux's file times, memory calls and library names (README.md)")
#endif

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
/// Only `make docs` needs the documentation's plugin, which builds with every trait that it finds.
let isDocumenting = ProcessInfo.processInfo.environment["RAMIT_DOCS"] != nil
/// Decoders of AVIF and HEIC, which not every machine has: `make build HEIF=1`.
let heif: [Target.Dependency] =
  isDocumenting ? [] : [.target(name: "RAMiTCHEIF", condition: .when(traits: ["HEIF"]))]
/// Trainings on many machines, with the MPI that the machine has: `make build MPI=1`.
let mpi: [Target.Dependency] =
  isDocumenting ? [] : [.target(name: "RAMiTCMPI", condition: .when(traits: ["MPI"]))]
/// The package of the MPI to build with, as pkg-config knows it: ompi-c (Open MPI), mpich, ...
let mpiPackage = ProcessInfo.processInfo.environment["RAMIT_MPI"] ?? "ompi-c"
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

/// For what computes little, in builds that test: it takes the compiler a third of the time.
let unoptimized: [SwiftSetting] = [.unsafeFlags(["-Onone"])]

func module(_ name: String) -> String { "RAMiT" + name }

/// A library target of one floor, and what it stands on.
func floor(
  _ name: String, on floors: [String] = [], _ others: [Target.Dependency] = [], links library: String? = nil,
  resources: [Resource]? = nil, exclude: [String] = []
) -> Target {
  .target(
    name: module(name), dependencies: floors.map { .target(name: module($0)) } + others, exclude: exclude,
    resources: resources,
    linkerSettings: library.map { [.linkedLibrary($0)] } ?? [])
}

/// A C library of the system, by its module map.
func systemLibrary(_ name: String, pkgConfig: String? = nil, packages: [String] = []) -> Target {
  .systemLibrary(
    name: module(name), pkgConfig: pkgConfig,
    providers: packages.isEmpty ? nil : [.apt(packages)])
}

/// A program of the package.
func program(
  _ name: String, on floors: [String], _ others: [Target.Dependency] = [], resources: [Resource]? = nil
) -> Target {
  .executableTarget(
    name: name, dependencies: floors.map { .target(name: module($0)) } + others, resources: resources)
}

/// An example of Sources/Examples. It sees what another package sees.
func example(_ name: String, on floors: [String], exclude: [String] = []) -> Target {
  .executableTarget(
    name: name, dependencies: floors.map { .target(name: module($0)) }, path: "Sources/Examples/" + name,
    exclude: exclude, packageAccess: false)
}

/// The tests of one floor. `TestSupport` carries folders, golden values and closeness; `OperationTestSupport` the
/// operations in double precision and the gradient check; `ModelTestSupport` small models. What is tested is optimized,
/// and the tests are not, since optimizing takes two thirds of the time to build them.
/// - Parameter computing: for tests that compute much themselves, and are optimized.
func tests(
  of name: String, with floors: [String] = [], _ others: [Target.Dependency] = [], resources: [Resource]? = nil,
  computing: Bool = false
) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: ([name] + floors).map { .target(name: module($0)) } + others,
    resources: resources, swiftSettings: computing ? [] : unoptimized)
}

let package = Package(
  name: "RAMiT",
  products: [
    .executable(name: "ramit", targets: ["ramit"]),
    .library(
      name: "RAMiT",
      targets: [
        "Parallel", "TensorCore", "Autograd", "Imaging", "Serialization", "NN", "Metrics", "Datasets", "Optimizers",
        "Models", "Inference", "ONNX", "Experiments", "Evaluation", "Figures", "Training", "RestorationCommands",
      ].map(module)),
  ],
  traits: isDocumenting
    ? []
    : [
      .trait(name: "HEIF", description: "Reads AVIF and HEIC photos, by libheif."),
      .trait(name: "MPI", description: "Trains on many machines, by MPI."),
    ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.0.0"),
  ],
  targets: [
    // 0: C libraries. A shim exists only where the library reports errors by longjmp, or takes a variable number of
    // arguments.
    // CVectors holds no code but inline functions of an instruction: most of its modules exist or not, as the compiler
    // has vector instructions or not.
    systemLibrary("CVectors"),
    systemLibrary("CZlib", pkgConfig: "zlib", packages: ["zlib1g-dev"]),
    floor("CPNG", links: "png"),
    floor("CJPEG", links: "jpeg"),
    floor("CTIFF", links: "tiff"),
    systemLibrary("CWebP", pkgConfig: "libwebp", packages: ["libwebp-dev"]),
    systemLibrary("CHEIF", pkgConfig: "libheif", packages: ["libheif-dev"]),
    systemLibrary("CMPI", pkgConfig: mpiPackage, packages: ["libopenmpi-dev", "libmpich-dev"]),
    // Trained weights: C embeds the bytes of a file, for which Swift has no word.
    floor("CWeights", exclude: ["weights"]),
    // 1: words for people, threads, and the libraries of linear algebra
    floor("Diagnostics"),
    floor("Parallel"),
    floor("LinearAlgebra", on: ["CVectors"]),
    // 2: arithmetic on pointers, what the machine has, files as a whole, and processes that work together
    floor("Kernels", on: ["LinearAlgebra", "Parallel", "CVectors"]),
    floor("Machine", on: ["LinearAlgebra", "Parallel", "Diagnostics", "CVectors"]),
    floor("Files", on: ["CZlib", "Diagnostics"]),
    floor("ProcessGroup", on: ["Diagnostics"], mpi),
    // 3: tensors, and the one reader of YAML
    floor("TensorCore", on: ["Kernels"]),
    floor("YAML", on: ["Diagnostics"], [yams]),
    // 4: gradients, images, weights
    floor("Autograd", on: ["TensorCore", "Kernels", "LinearAlgebra", "Parallel"]),
    floor(
      "Imaging",
      on: ["CPNG", "CJPEG", "CTIFF", "CWebP", "CZlib", "Files", "Diagnostics", "TensorCore", "Parallel"], heif),
    floor("Serialization", on: ["Files", "Diagnostics", "TensorCore"]),
    // 5: modules, scores, data
    floor("NN", on: ["Autograd", "Kernels", "TensorCore", "Serialization", "Diagnostics"]),
    floor("Metrics", on: ["Imaging", "Parallel", "Diagnostics"]),
    floor(
      "Datasets", on: ["Imaging", "TensorCore", "YAML", "Files", "Parallel", "Diagnostics"],
      resources: [.embedInCode("Manifests/datasets")]),
    // 6: optimizers and models
    floor("Optimizers", on: ["Kernels", "TensorCore", "Parallel"]),
    floor(
      "Models",
      on: [
        "CWeights", "NN", "Autograd", "Metrics", "Imaging", "Kernels", "TensorCore", "Serialization", "Diagnostics",
      ]),
    // 7: what models are for: restoring photos; how fast they are; what a run trains; models in other tools' form
    floor("Inference", on: ["Models", "Imaging", "TensorCore", "Files", "Machine", "Parallel", "Diagnostics"]),
    floor(
      "ONNX", on: ["Models", "NN", "Autograd", "Kernels", "TensorCore", "Files", "Diagnostics"]),
    floor(
      "Benchmarking",
      on: [
        "Models", "Optimizers", "NN", "Autograd", "Serialization", "TensorCore", "Files", "Machine", "Parallel",
        "Diagnostics",
      ]),
    floor(
      "Experiments",
      on: ["Models", "Optimizers", "NN", "Imaging", "YAML", "Files", "Machine", "Diagnostics"], [yams]),
    // 8: scores; the folder of a run
    floor(
      "Evaluation",
      on: ["Inference", "Models", "Datasets", "Metrics", "Imaging", "TensorCore", "Files", "Parallel", "Diagnostics"]),
    floor(
      "Runs",
      on: [
        "Experiments", "Models", "Metrics", "Imaging", "TensorCore", "Files", "Machine", "Parallel", "Diagnostics",
      ]),
    // 9: figures of models; what people see of a run
    floor(
      "Figures",
      on: [
        "Evaluation", "Inference", "Models", "Metrics", "NN", "Autograd", "Imaging", "TensorCore", "Files",
        "Diagnostics",
      ]),
    floor("Reports", on: ["Runs", "Experiments", "Models", "Imaging", "Files", "Diagnostics"]),
    // 10: training, which scores as evaluation does
    floor(
      "Training",
      on: [
        "Reports", "Runs", "Evaluation", "Inference", "Experiments", "Models", "Optimizers", "Datasets", "Metrics",
        "NN", "Autograd", "Imaging", "Serialization", "TensorCore", "Files", "Machine", "ProcessGroup", "Parallel",
        "Diagnostics",
      ]),
    // 11: the tables of the paper, filled with what this package computes
    floor(
      "Reproduction",
      on: [
        "Training", "Reports", "Runs", "Evaluation", "Inference", "Benchmarking", "Experiments", "Models", "Optimizers",
        "Datasets", "NN", "Serialization", "TensorCore", "YAML", "Files", "Machine", "Parallel", "Diagnostics",
      ], resources: [.embedInCode("Tables")]),
    // 12: the command line of any architecture
    floor(
      "RestorationCommands",
      on: [
        "Training", "Reports", "Figures", "Runs", "Evaluation", "Experiments", "Benchmarking", "Inference", "ONNX",
        "Models", "NN", "Datasets", "Metrics", "Imaging", "Serialization", "Files", "Machine", "ProcessGroup",
        "Parallel", "Diagnostics",
      ], [argumentParser]),
    // 13: the command line of the built-in ones, and timings
    program(
      "ramit",
      on: [
        "RestorationCommands", "Reproduction", "Training", "Reports", "Evaluation", "Models", "Files", "Machine",
        "Parallel", "Diagnostics",
      ], [argumentParser]),
    program(
      "RAMiTBenchmarks",
      on: [
        "Benchmarking", "Models", "Optimizers", "NN", "Autograd", "Kernels", "TensorCore", "Files", "Machine",
        "Parallel", "Diagnostics",
      ], [argumentParser],
      resources: [.embedInCode("PyTorch/benchmark.py"), .embedInCode("PyTorch/ramit_torch.py")]),
    // Examples
    example("TensorExample", on: ["Autograd", "TensorCore"]),
    example("OperationExample", on: ["Autograd", "TensorCore"]),
    example("TrainingExample", on: ["Datasets", "Optimizers", "NN", "Autograd"]),
    example("ModelExample", on: ["RestorationCommands", "Models", "NN", "Autograd"], exclude: ["x2.yaml"]),
    example("FineTuningExample", on: ["Models", "Optimizers", "Datasets", "NN", "Autograd", "TensorCore"]),
    // Tests
    .target(
      name: module("TestSupport"),
      dependencies: ["TensorCore", "Serialization", "ProcessGroup"].map { .target(name: module($0)) },
      path: "Tests/TestSupport"),
    .target(
      name: module("OperationTestSupport"),
      dependencies: ["TestSupport", "Autograd", "Kernels", "TensorCore"].map { .target(name: module($0)) },
      path: "Tests/OperationTestSupport"),
    .target(
      name: module("ModelTestSupport"), dependencies: ["Models", "Imaging"].map { .target(name: module($0)) },
      path: "Tests/ModelTestSupport"),
    tests(of: "Diagnostics"),
    tests(of: "Parallel"),
    tests(of: "Machine", with: ["TestSupport", "Diagnostics"]),
    tests(of: "LinearAlgebra"),
    tests(of: "ProcessGroup", with: ["TestSupport", "Diagnostics"]),
    tests(of: "Files", with: ["TestSupport", "Diagnostics"]),
    tests(of: "Kernels", with: ["OperationTestSupport", "Parallel", "TensorCore"], computing: true),
    tests(of: "TensorCore", with: ["TestSupport"]),
    tests(
      of: "Serialization", with: ["TestSupport", "TensorCore", "Files", "Diagnostics"],
      resources: [.copy("Fixtures")]),
    tests(
      of: "NN",
      with: ["TestSupport", "OperationTestSupport", "Autograd", "Serialization", "TensorCore", "Diagnostics"],
      resources: [.copy("Fixtures")]),
    tests(
      of: "Autograd",
      with: [
        "TestSupport", "OperationTestSupport", "Kernels", "LinearAlgebra", "Serialization", "TensorCore", "Parallel",
      ],
      resources: [.copy("Fixtures")]),
    tests(of: "Optimizers", with: ["TensorCore", "Parallel"], resources: [.copy("Fixtures")]),
    tests(of: "Datasets", with: ["TestSupport", "Imaging", "TensorCore", "Files", "Diagnostics"]),
    tests(
      of: "Training",
      with: [
        "TestSupport", "ModelTestSupport", "Reports", "Runs", "Evaluation", "Inference", "Experiments", "Models",
        "Optimizers", "Datasets",
        "Metrics", "NN", "Autograd", "Imaging", "Serialization", "TensorCore", "Files", "Machine", "ProcessGroup",
        "Diagnostics",
      ]),
    tests(
      of: "Models",
      with: [
        "TestSupport", "OperationTestSupport", "ModelTestSupport", "Autograd", "Diagnostics", "Kernels", "NN",
        "Optimizers", "Serialization", "TensorCore", "Parallel",
      ],
      resources: [.copy("Fixtures")]),
    tests(
      of: "Imaging", with: ["TestSupport", "CZlib", "Machine", "Files", "TensorCore", "Diagnostics"],
      resources: [.copy("Fixtures")]),
    tests(of: "Metrics", with: ["Imaging"]),
    tests(
      of: "Inference",
      with: [
        "TestSupport", "ModelTestSupport", "Models", "Imaging", "Machine", "TensorCore", "Diagnostics",
      ]),
    tests(
      of: "ONNX",
      with: [
        "TestSupport", "ModelTestSupport", "Models", "NN", "Autograd", "Kernels", "Serialization", "TensorCore",
        "Diagnostics",
      ], resources: [.copy("Fixtures")], computing: true),
    tests(
      of: "Benchmarking",
      with: [
        "TestSupport", "ModelTestSupport", "Models", "Autograd", "Machine", "Serialization", "TensorCore", "Parallel",
        "Diagnostics",
      ]),
    tests(
      of: "Evaluation",
      with: [
        "TestSupport", "ModelTestSupport", "Inference", "Datasets", "Models", "Imaging", "Metrics", "Serialization",
        "TensorCore", "Files", "Diagnostics",
      ]),
    tests(
      of: "Figures",
      with: [
        "TestSupport", "ModelTestSupport", "Evaluation", "Models", "Autograd", "Imaging", "TensorCore", "Files",
        "Diagnostics",
      ]),
    tests(
      of: "Reproduction",
      with: [
        "TestSupport", "ModelTestSupport", "Training", "Evaluation", "Experiments", "Models", "NN", "Serialization",
        "Files", "Diagnostics",
      ]),
    tests(
      of: "RestorationCommands", with: ["TestSupport", "Models", "NN", "Autograd", "Imaging", "TensorCore"],
      [argumentParser]),
    .testTarget(
      name: "RamitTests",
      dependencies: [
        "TestSupport", "ModelTestSupport", "Models", "Imaging", "Serialization", "TensorCore", "Diagnostics", "CZlib",
      ].map { .target(name: module($0)) },
      swiftSettings: unoptimized),
  ],
  swiftLanguageModes: [.v6]
)

/// Leaves these targets and what they stand on.
@MainActor func keep(_ names: [String]) {
  var pending = names, needed: Set<String> = []
  while let name = pending.popLast() {
    guard needed.insert(name).inserted, let target = package.targets.first(where: { $0.name == name }) else { continue }
    pending += target.dependencies.compactMap { if case .targetItem(let name, _) = $0 { name } else { nil } }
  }
  package.targets.removeAll { !needed.contains($0.name) }
  package.products = []
}

let isThreadSanitized = ProcessInfo.processInfo.environment["RAMIT_THREADS"] != nil

// `make test-plain`, `make test-avx2` and `make test-threads` build the tests of these modules only, the last also the
// program.
if let suites = ProcessInfo.processInfo.environment["RAMIT_SUITES"]?.split(separator: " ") {
  keep(suites.map { "\($0)Tests" } + (isThreadSanitized ? ["ramit"] : []))
  // These only read what the other modules are tested with.
  for target in package.targets where ["Files", "Imaging", "Serialization"].map(module).contains(target.name) {
    target.swiftSettings = unoptimized
  }
}

// `make test-threads` instruments what shares memory between threads. What computes inside of `parallelFor` stays as
// it is: it would take many times as long, and shares nothing by itself.
if isThreadSanitized {
  let computing = [
    "Kernels", "LinearAlgebra", "Autograd", "NN", "Metrics", "Models", "Optimizers", "OperationTestSupport",
  ]
  for target in package.targets where target.type != .system && !computing.map(module).contains(target.name) {
    target.swiftSettings = [.unsafeFlags(["-sanitize=thread"])]
    if target.type != .regular { target.linkerSettings = [.unsafeFlags(["-sanitize=thread"])] }
  }
}

// `make fuzz` builds one program only, in which the readers of files are instrumented. The variable names the folder
// of the compiler's libFuzzer.
if let libraries = ProcessInfo.processInfo.environment["RAMIT_FUZZ"] {
  let readers = ["Diagnostics", "Files", "YAML", "TensorCore", "Imaging", "Serialization", "Datasets", "Experiments"]
  package.targets += [
    .systemLibrary(name: module("CLibFuzzer"), path: "Tests/Fuzzing/CLibFuzzer"),
    .executableTarget(
      name: "Fuzzing",
      dependencies: (["CLibFuzzer", "CZlib", "Models"] + readers).map { .target(name: module($0)) },
      path: "Tests/Fuzzing", exclude: ["CLibFuzzer", "run.sh"],
      linkerSettings: [
        .unsafeFlags(["-sanitize=address", "-L\(libraries)"]), .linkedLibrary("clang_rt.fuzzer_no_main-x86_64"),
        .linkedLibrary("stdc++"),
      ]),
  ]
  keep(["Fuzzing"])
  for target in package.targets {
    if (["Fuzzing"] + readers.map(module)).contains(target.name) {
      target.swiftSettings = [
        .unsafeFlags([
          "-sanitize=address", "-sanitize-coverage=edge,inline-8bit-counters,pc-table,trace-cmp,indirect-calls",
        ])
      ]
    } else if target.type == .regular {
      // What readers hardly call, kernels above all: not optimized, it builds in a fifth of the time.
      target.swiftSettings = unoptimized
    }
  }
}
