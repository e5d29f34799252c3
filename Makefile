# make run: install what is missing, build, and train the embedded default. make test: build and run all tests.
PACKAGES = libopenblas-dev liblapacke-dev libpng-dev zlib1g-dev libjpeg62-turbo-dev
# The one place where the machine's instruction set is chosen; without it the program is correct and slower.
MACHINE = -Xcc -march=native
SWIFT_FLAGS = -c release $(MACHINE) --explicit-target-dependency-import-check error
SUDO = $(if $(filter 0,$(shell id -u)),,sudo)

.PHONY: help setup build run test lint format check manifests clean

help:
	@sed -n '1p' Makefile

setup:
	@dpkg -s $(PACKAGES) >/dev/null 2>&1 || { $(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq $(PACKAGES); }

build: setup
	swift build $(SWIFT_FLAGS)

run: build
	.build/release/ramit train configs/quick/x2.yaml --output runs/quick-x2 $(if $(wildcard runs/quick-x2),--resume)

test: setup
	swift test $(SWIFT_FLAGS)

lint:
	swift format lint --recursive Sources Tests Package.swift

format:
	swift format --in-place --recursive Sources Tests Package.swift

check: lint test

# The manifests of datasets/ are compiled into the program; a test fails while the two differ.
MANIFESTS = Sources/Datasets/Manifests/EmbeddedManifests.swift
manifests:
	@{ echo '/// The files of datasets/, made by `make manifests`: a file name without extension, and its text.'; \
	  echo 'let embeddedManifests: [(name: String, text: String)] = ['; \
	  for file in datasets/*.yaml; do \
	    printf '  (\n    "%s",\n    #"""\n' "$$(basename "$$file" .yaml)"; sed 's/^\(.\)/    \1/' "$$file"; printf '    """#\n  ),\n'; \
	  done; echo ']'; } > $(MANIFESTS)

clean:
	rm -rf .build
