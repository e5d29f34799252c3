import Foundation
import RAMiTCLibFuzzer

// Fuzzing --seeds=FOLDER --target=NAME: writes the first inputs. Fuzzing --report=FOLDER --target=NAME: prints what was
// run so far. Otherwise runs libFuzzer with its own flags; run.sh gives them.

let options = Options(CommandLine.arguments)
if let folder = options["seeds"] {
  try Seeds.write(of: options.target, to: folder)
} else if let folder = options["report"] {
  print(try Tally(file: folder + "/tally").line(of: options.target, corpus: folder + "/corpus"))
} else {
  Session.current = try Session(options.target, folder: options["folder"] ?? ".")
  MemoryMeter.install()
  var count = CommandLine.argc
  var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
  exit(
    LLVMFuzzerRunDriver(&count, &arguments) { data, size in
      Session.current.run(UnsafeBufferPointer(start: data, count: size))
      return 0
    })
}
