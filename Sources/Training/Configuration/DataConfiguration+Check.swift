import Models

extension TrainingDataConfiguration {
  func check(_ checks: Checks, task: RestorationTask) throws {
    try checkSource(checks, task: task)
    try checks.require(
      maximumSkipped >= 0 && maximumSkipped <= 1_000_000_000, "data.train.maximumSkipped", "0 or more", maximumSkipped)
    try checks.require(
      `repeat` > 0 && `repeat` <= 1_000_000, "data.train.repeat", "a positive factor", `repeat`)
    try checks.require(
      `repeat` == 1 || samplesPerEpoch == nil, "data.train.repeat", "1 where samplesPerEpoch is given", `repeat`)
    if let samplesPerEpoch { try checks.positive(samplesPerEpoch, "data.train.samplesPerEpoch") }
    try checks.batch(batch, patch: patch, "data.train")
    if let samplesPerEpoch {
      try checks.require(
        samplesPerEpoch >= batch, "data.train.samplesPerEpoch", "at least a batch, \(batch)", samplesPerEpoch)
    }
    try checks.require(
      task.isDenoising == (noise != nil), "data.train.noise", task.isDenoising ? "two numbers" : "none for \(task)",
      noise.map { "\($0)" } ?? "none")
    if let noise {
      try checks.require(
        noise.count == 2 && noise[0] >= 0 && noise[0] <= noise[1] && noise[1] <= 255, "data.train.noise",
        "two numbers in 0 to 255, the smaller one first", noise)
    }
  }

  /// Each type has its own keys, and no others.
  private func checkSource(_ checks: Checks, task: RestorationTask) throws {
    func refuse(_ key: String, _ value: Any?, _ reason: String) throws {
      try checks.require(value == nil, "data.train.\(key)", "none: \(reason)", value ?? "")
    }
    if type != .folder {
      let reason = type == .dataset ? "a published set is found by name and root" : "procedural images need no files"
      try refuse("path", path, reason)
      try refuse("lowQuality", lowQuality, reason)
    }
    if type != .dataset {
      for (key, value) in [("name", name), ("root", root)] as [(String, Any?)] {
        try refuse(key, value, "it is for type: dataset")
      }
      try refuse("memberRepeat", memberRepeat, "it is for type: dataset")
    }
    switch type {
    case .folder:
      try checks.require(path != nil, "data.train.path", "the folder of the training photos", "none")
      try checks.require(
        !task.isDenoising || lowQuality == nil, "data.train.lowQuality", "none: noise is added to the photos",
        lowQuality ?? "")
    case .dataset:
      try checks.require(name != nil, "data.train.name", "the name of a data set", "none")
      try checks.require(
        memberRepeat?.allSatisfy { $0 > 0 && $0 <= 1_000_000 } ?? true, "data.train.memberRepeat", "positive factors",
        memberRepeat ?? [])
    case .procedural:
      try refuse("decoded", decoded, "procedural images need no files")
      try checks.require(
        onBadImage == .stop, "data.train.onBadImage", "stop: procedural images are never bad", onBadImage.rawValue)
      try checks.require(
        samplesPerEpoch != nil, "data.train.samplesPerEpoch", "the samples of an epoch: procedural images never end",
        "none")
    }
  }
}

extension ValidationDataConfiguration {
  func check(_ checks: Checks, task: RestorationTask) throws {
    try checks.require(
      (type == .folder) == (path != nil), "data.validation.path", type == .folder ? "a test set's folder" : "none",
      path ?? "none")
    try checks.require(
      (type == .dataset) == (name != nil), "data.validation.name", type == .dataset ? "a data set's name" : "none",
      name ?? "none")
    try checks.require(
      type == .dataset || root == nil, "data.validation.root", "none: it is for type: dataset", root ?? "")
    if let images { try checks.positive(images, "data.validation.images", upTo: 100_000) }
    try checks.require(
      type != .procedural || images != nil, "data.validation.images", "a number: procedural images never end", "none")
    try checks.require(
      task.isDenoising ? sigma.map { 0...255 ~= $0 } == true : sigma == nil, "data.validation.sigma",
      task.isDenoising ? "0 to 255" : "none for \(task)", sigma.map { "\($0)" } ?? "none")
  }
}
