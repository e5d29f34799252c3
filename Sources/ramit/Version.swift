/// What `ramit --version` prints.
let ramitVersion = "0.1.0"
