import RAMiTYAML

/// What keys and values were called in earlier versions, by their group.
let formerNames = [
  "schedule": FormerNames(
    keys: ["rate": "learningRate", "finalRate": "finalLearningRate", "halveAtEpochs": "milestones"],
    values: ["decay": ["halving": "milestones"]]),
  "warmStart": FormerNames(keys: ["fresh": "reinitialised"], values: ["reinitialised": ["misfits": "mismatched"]]),
  "data.train": FormerNames(keys: ["lowQuality": "inputs"]),
  "data.train.members": FormerNames(keys: ["lowQuality": "inputs"]),
]
