# make run: install what is missing, build, and train a small model. make test: build and run all tests.
# Names that Debian and Ubuntu share.
PACKAGES = libpng-dev zlib1g-dev libjpeg-dev libtiff-dev libwebp-dev
# The program opens these while it runs: large matrix products; Linalg.
PACKAGES += libopenblas-dev liblapacke-dev
# HEIF=1 adds AVIF and HEIC. Give it to every target that builds.
HEIF =
PACKAGES += $(if $(HEIF),libheif-dev)
# The one place where the machine's instruction set is chosen; without it the program is correct and slower.
MACHINE = -Xcc -march=native
SWIFT_FLAGS = -c release $(MACHINE) --explicit-target-dependency-import-check error $(if $(HEIF),--traits HEIF)
# Where `make install` puts the program. Packagers set DESTDIR, a folder that stands for the root.
PREFIX = /usr/local
DESTDIR =
SUDO = $(if $(filter 0,$(shell id -u)),,sudo)

RAMIT = .build/release/ramit
# Where `make run` trains.
RUN = runs/quick-x2

# What `make bench` measured last, and what it compares with: `make baseline` makes the one of the other.
TIMINGS = runs/bench/latest.json
BASELINE = runs/bench/baseline.json
# Names of cases, or parts of them; empty for all.
ONLY =

.PHONY: help setup build run reproduce-tiny install uninstall test test-programs test-plain test-avx2 test-arm bench \
  baseline lint format check floors docs clean

help:
	@echo 'make run      install what is missing, build, train a small model on drawn images, evaluate it, restore with it'
	@echo 'make reproduce-tiny  all tables of the paper, with tiny models on drawn images, in minutes'
	@echo 'make install  the program, its manual page and completions, below PREFIX=$(PREFIX); make uninstall'
	@echo 'make test     build and run all tests'
	@echo 'make bench    time operations, blocks, whole images and steps; make baseline keeps the result to compare with'
	@echo 'make check    lint and test; CI runs test-programs, test-plain and test-avx2, too'
	@echo 'make setup, build, test-programs, test-plain, test-avx2, test-arm, format, lint, docs, floors, clean'
	@echo 'with HEIF=1 for AVIF and HEIC'

# Debian and Ubuntu. On another Linux, install the libraries yourself; the other targets then find them.
setup:
	@dpkg -s $(PACKAGES) >/dev/null 2>&1 || ! command -v apt-get >/dev/null || \
	  { $(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq $(PACKAGES); }

build: setup
	swift build $(SWIFT_FLAGS)

run: build
	$(RAMIT) train configs/quick/x2.yaml --output $(RUN) --resume
	@test -d $(RUN)/testset || $(RAMIT) data synthesize --task x2 --count 4 --seed 1 --output $(RUN)/testset
	$(RAMIT) evaluate --weights $(RUN)/weights/best.safetensors --testset $(RUN)/testset
	$(RAMIT) restore $(RUN)/testset/LR_bicubic/X2 --weights $(RUN)/weights/best.safetensors \
	  --output $(RUN)/restored --overwrite
	@echo
	@echo 'report     $(RUN)/report.html'
	@echo 'compared   $(RUN)/samples (input, bicubic, restored and target side by side)'
	@echo 'restored   $(RUN)/restored'

# The whole path of every table of the paper, from its configurations to its scores, with tiny models on drawn images.
# What was trained before is not trained again.
REPRODUCED = runs/reproduce
reproduce-tiny: build
	$(RAMIT) reproduce all --scale tiny --train --output $(REPRODUCED) --json $(REPRODUCED)/tiny.json \
	  --markdown $(REPRODUCED)/tiny.md --csv $(REPRODUCED)/tiny.csv --html $(REPRODUCED)/tiny.html

# What is installed needs nothing of this folder, but it does need the Swift runtime of this machine.
STAGE = .build/stage
SHARE = $(STAGE)/share
VERSION = $(shell sed -nE 's/.*static let version = "(.*)"/\1/p' Sources/*/Product.swift)
# Root, where this user may not write.
AS = $(shell mkdir -p $(DESTDIR)$(PREFIX) 2>/dev/null && test -w $(DESTDIR)$(PREFIX) || echo $(SUDO))
install: build
	rm -rf $(STAGE)
	@mkdir -p $(STAGE)/bin $(SHARE)/man/man1 $(SHARE)/bash-completion/completions $(SHARE)/zsh/site-functions \
	  $(SHARE)/fish/vendor_completions.d $(SHARE)/doc/ramit
	cp $(RAMIT) $(STAGE)/bin
	$(RAMIT) --experimental-dump-help | swift docs/tools/manual.swift $(VERSION) > $(SHARE)/man/man1/ramit.1
	$(RAMIT) --generate-completion-script bash > $(SHARE)/bash-completion/completions/ramit
	$(RAMIT) --generate-completion-script zsh > $(SHARE)/zsh/site-functions/_ramit
	$(RAMIT) --generate-completion-script fish > $(SHARE)/fish/vendor_completions.d/ramit.fish
	cp -R README.md LICENSE CHANGELOG.md CITATION.cff docs configs $(SHARE)/doc/ramit
	rm -r $(SHARE)/doc/ramit/docs/tools
	$(AS) cp -R $(STAGE)/. $(DESTDIR)$(PREFIX)

uninstall:
	cd $(DESTDIR)$(PREFIX) && $(AS) rm -rf bin/ramit share/man/man1/ramit.1 share/bash-completion/completions/ramit \
	  share/zsh/site-functions/_ramit share/fish/vendor_completions.d/ramit.fish share/doc/ramit

test: setup
	swift test $(SWIFT_FLAGS)

# The tests of the programs with those that `make build` makes. What is built for tests is open to them, and optimized
# otherwise.
test-programs: setup
	swift build $(SWIFT_FLAGS) --scratch-path .build/programs
	RAMIT_PROGRAMS=$(CURDIR)/.build/programs/release swift test $(SWIFT_FLAGS) --skip-build --filter RamitTests

# What depends on the instruction set again, built for every x86-64 machine, and for those with AVX2 and FMA: kernels,
# and all that computes with them from operations to whole models. Package.swift leaves out the other modules.
VECTOR_SUITES = Autograd Kernels LinearAlgebra Metrics Models NN Optimizers TensorCore
test-plain: MACHINE =
test-avx2: MACHINE = -Xcc -mavx2 -Xcc -mfma
test-plain test-avx2: setup
	RAMIT_SUITES='$(VECTOR_SUITES)' swift test $(SWIFT_FLAGS) --scratch-path .build/$@

# The kernels on an emulated 64-bit ARM: the bits of the build for AVX2.
EMULATOR = qemu-user gcc-aarch64-linux-gnu
test-arm:
	@dpkg -s $(EMULATOR) >/dev/null 2>&1 || $(SUDO) apt-get install -y -qq $(EMULATOR)
	Tests/EmulatedARM/compare.sh .build/$@

lint:
	swift format lint --strict --recursive Sources Tests docs Package.swift
	docs/tools/lint.sh

format:
	swift format --in-place --recursive Sources Tests docs Package.swift

check: lint test

bench: build
	@mkdir -p $(dir $(TIMINGS))
	.build/release/RAMiTBenchmarks --json $(TIMINGS) $(if $(wildcard $(BASELINE)),--baseline $(BASELINE)) \
	  $(if $(ONLY),--only $(ONLY))

baseline:
	cp $(TIMINGS) $(BASELINE)

# The picture of the package's floors in docs/ARCHITECTURE.md; make lint fails while it is out of date.
floors:
	swift package dump-package | swift docs/tools/floors.swift > docs/floors.svg

# The documentation of every public name of the product's modules, as one site in .build/docs.
DOCUMENTED = Parallel TensorCore Autograd Imaging Serialization NN Metrics Datasets Optimizers Models Inference \
  Experiments Evaluation Figures Runs Training RestorationCommands
docs: setup
	RAMIT_DOCS=1 swift package --allow-writing-to-directory .build/docs generate-documentation \
	  $(DOCUMENTED:%=--target RAMiT%) --enable-experimental-combined-documentation --output-path .build/docs \
	  --transform-for-static-hosting

clean:
	rm -rf .build
