import Testing

@testable import RAMiTRestorationCommands

@Suite struct KeyOptionsTests {
  @Test func optionsAreSettings() throws {
    let options = [
      "--channel-heads", "0", "--dim=48", "--hrami", "--no-helper", "--depths", "[1, 2]", "--mobivari.width.groups",
      "2",
      "--bias=a=b", "--last",
    ]
    let settings = [
      "channelHeads=0", "dim=48", "hrami=true", "helper=false", "depths=[1, 2]", "mobivari.width.groups=2", "bias=a=b",
      "last=true",
    ]
    #expect(try KeyOptions.settings(options) == settings)
    #expect(try KeyOptions.settings(["--heads", "-1"]) == ["heads=-1"])
  }

  @Test(arguments: [["0"], ["--dim", "1", "2"], ["-d"], ["--"]]) func othersAreRefused(_ arguments: [String]) {
    #expect(throws: (any Error).self) { try KeyOptions.settings(arguments) }
  }
}
