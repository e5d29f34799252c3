import RAMiTModels

extension TrainingDataConfiguration {
  package func check(_ checks: Checks, task: RestorationTask) throws {
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
    try checks.degradations(degradations, "data.train.degradations", task: task)
    try checks.require(
      (task.isDenoising && degradations == nil) == (noise != nil), "data.train.noise",
      !task.isDenoising ? "none for \(task)" : degradations == nil ? "two numbers" : "null beside degradations",
      noise.map { "\($0)" } ?? "no value")
    if let noise {
      try checks.require(
        noise.count == 2 && noise[0] >= 0 && noise[0] <= noise[1] && noise[1] <= 255, "data.train.noise",
        "two numbers in 0 to 255, the smaller one first", noise)
    }
  }

  /// Each type has its own keys, and no others.
  private func checkSource(_ checks: Checks, task: RestorationTask) throws {
    let reason =
      switch type {
      case .folder: "a folder's photos are found by path"
      case .folders: "the folders are found by members"
      case .dataset: "a published set is found by name and root"
      case .procedural: "procedural images need no files"
      }
    let others: [(key: String, value: Any?, type: Kind)] = [
      ("path", path, .folder), ("inputs", inputs, .folder),
      ("members", members.map { "\($0.count) folders" }, .folders),
      ("name", name, .dataset), ("root", root, .dataset), ("memberRepeat", memberRepeat, .dataset),
    ]
    for (key, value, owner) in others where owner != type {
      try checks.require(value == nil, "data.train.\(key)", "none: \(reason)", value ?? "")
    }
    switch type {
    case .folder:
      try checks.text(path, "data.train.path", "the folder of the training photos")
      try checkInputs(inputs, "data.train.inputs", checks, task)
    case .folders:
      try checks.require(members?.isEmpty == false, "data.train.members", "a list of folders", "no folder in it")
      try checks.require(
        decoded == nil, "data.train.decoded", "none: a cache holds one folder or data set", decoded ?? "")
      for (number, member) in (members ?? []).enumerated() {
        let key = "data.train.members.\(number)"
        try checks.text(member.path, "\(key).path", "a folder of photos")
        try checkInputs(member.inputs, "\(key).inputs", checks, task)
        try checks.require(
          member.repeat > 0 && member.repeat <= 1_000_000, "\(key).repeat", "a positive factor", member.repeat)
      }
    case .dataset:
      try checks.text(name, "data.train.name", "the name of a data set")
      try checks.require(
        memberRepeat?.allSatisfy { $0 > 0 && $0 <= 1_000_000 } ?? true, "data.train.memberRepeat", "positive factors",
        memberRepeat ?? [])
    case .procedural:
      try checks.require(decoded == nil, "data.train.decoded", "none: \(reason)", decoded ?? "")
      try checks.require(
        onBadImage == .stop, "data.train.onBadImage", "stop: procedural images are never bad", onBadImage.rawValue)
      try checks.require(
        samplesPerEpoch != nil, "data.train.samplesPerEpoch", "the samples of an epoch: procedural images never end",
        "no value")
    }
    if let decoded { try checks.text(decoded, "data.train.decoded", "a file of decoded pixels") }
  }

  private func checkInputs(_ folder: String?, _ key: String, _ checks: Checks, _ task: RestorationTask) throws {
    guard let folder else { return }
    try checks.text(folder, key, "the folder of the inputs")
    try checks.require(!task.isDenoising, key, "none: noise is added to the photos", folder)
    try checks.require(degradations == nil, key, "none: inputs are made by degradations", folder)
  }
}

extension ValidationDataConfiguration {
  package func check(_ checks: Checks, task: RestorationTask) throws {
    let sources = [
      ("path", path, Kind.folder), ("inputs", inputs, .folder), ("name", name, .dataset), ("root", root, .dataset),
    ]
    for (key, value, owner) in sources where owner != type {
      try checks.require(value == nil, "data.validation.\(key)", "none: it is for type: \(owner)", value ?? "")
    }
    if type == .folder { try checks.text(path, "data.validation.path", "a test set's folder") }
    if let inputs {
      try checks.text(inputs, "data.validation.inputs", "the folder of the inputs")
      try checks.require(!task.isDenoising, "data.validation.inputs", "none: noise is added to the targets", inputs)
    }
    if type == .dataset { try checks.text(name, "data.validation.name", "a data set's name") }
    if let images { try checks.positive(images, "data.validation.images", upTo: 100_000) }
    try checks.require(
      type != .procedural || images != nil, "data.validation.images", "a number: procedural images never end",
      "no value")
    try checks.degradations(degradations, "data.validation.degradations", task: task)
    if degradations != nil {
      try checks.require(
        type == .folder || type == .dataset, "data.validation.degradations", "none: they are for photos", type.rawValue)
      try checks.require(
        inputs == nil, "data.validation.inputs", "none: inputs are made by degradations", inputs ?? "")
    }
    let needsSigma = task.isDenoising && degradations == nil
    try checks.require(
      needsSigma ? sigma.map { 0...255 ~= $0 } == true : sigma == nil, "data.validation.sigma",
      needsSigma ? "0 to 255" : task.isDenoising ? "null beside degradations" : "none for \(task)",
      sigma.map { "\($0)" } ?? "no value")
  }
}
