# make run: install what is missing, build, restore photos, and train a small model. make test: build and run all tests.
# Names that Debian and Ubuntu share.
PACKAGES = libpng-dev zlib1g-dev libjpeg-dev libtiff-dev libwebp-dev
# The program opens these while it runs: large matrix products; Linalg.
PACKAGES += libopenblas-dev liblapacke-dev
# HEIF=1 adds AVIF and HEIC. Give it to every target that builds.
HEIF =
PACKAGES += $(if $(HEIF),libheif-dev)
# MPI=1 trains on many machines, by Open MPI; MPI=mpich by MPICH, and another name by what pkg-config calls so.
MPI =
PACKAGES += $(if $(filter 1,$(MPI)),libopenmpi-dev openmpi-bin) $(if $(filter mpich,$(MPI)),libmpich-dev mpich)
export RAMIT_MPI = $(or $(filter-out 1,$(MPI)),ompi-c)
comma = ,
TRAITS = $(strip $(if $(HEIF),HEIF) $(if $(MPI),MPI))
# The one place where the machine's instruction set is chosen; without it the program is correct and slower.
MACHINE = -Xcc -march=native
SWIFT_FLAGS = -c release $(MACHINE) --explicit-target-dependency-import-check error \
  $(if $(TRAITS),--traits $(subst $(subst ,, ),$(comma),$(TRAITS)))
# Tests may import what is internal, so that programs and tests are one build, and tests try what people run. Programs
# are as fast with it.
TESTABLE = -Xswiftc -enable-testing
# Where `make install` puts the program. Packagers set DESTDIR, a folder that stands for the root.
PREFIX = /usr/local
DESTDIR =
SUDO = $(if $(filter 0,$(shell id -u)),,sudo)

RAMIT = .build/release/ramit
# What `make run` restores with the weights that come with the program, images that it draws or PHOTO=photo.jpg, and
# where; where it trains then.
DRAWN = runs/drawn
PHOTO = $(DRAWN)/LR_bicubic/X2
RESTORED = runs/restored
RUN = runs/quick-x2

# What `make bench` measured last, and what it compares with: `make baseline` makes the one of the other.
TIMINGS = runs/bench/latest.json
BASELINE = runs/bench/baseline.json
# Names of cases for `make bench`, or parts of them; a part of the names of tests for `make test`. Empty for all.
ONLY =
# `make race`: a Python with torch, options of `RAMiTBenchmarks race`, and what it writes.
PYTHON = python3
OPTIONS =
RACE = runs/bench/race

.PHONY: help setup build build-tests run data reproduce-tiny install uninstall dist dist-sse2 dist-avx2 dist-avx512 \
  dist-libraries test test-plain test-avx2 test-arm test-mpi test-threads fuzz fuzz-build fuzz-smoke reliability bench \
  baseline race lint supply format check floors docs clean

help:
	@echo 'make run      install what is missing, build, restore images (or PHOTO=photo.jpg), train a small model'
	@echo 'make reproduce-tiny  all tables of the paper, with tiny models on drawn images, in minutes'
	@echo 'make data     free photos from packages of Debian 12, as crops in $(PHOTOS) (250 MB to download)'
	@echo 'make install  the program, its manual page and completions, below PREFIX=$(PREFIX); make uninstall'
	@echo 'make dist     one archive for every x86-64 Linux with glibc as new as here, without Swift: $(DIST)'
	@echo 'make test     build and run all tests, or ONLY=ModelsTests'
	@echo 'make reliability  prove that nothing is lost, at full size: hours, in pieces; PROMISES="1 4" for some, FULL=0'
	@echo 'make bench    time operations, blocks, whole images and steps; make baseline keeps the result to compare with'
	@echo 'make race     time RAMiT beside PyTorch: PYTHON=venv/bin/python, any Python with torch'
	@echo 'make fuzz     try readers of files with inputs made at random: TARGET=png, RUNS=1000000 more of each'
	@echo 'make check    lint, supply and test; CI runs test-plain, fuzz-smoke and what test-mpi does, too'
	@echo 'make setup, build, test-plain, test-avx2, test-arm, test-mpi, test-threads, fuzz-smoke, format,'
	@echo '     lint, supply, docs, floors, clean'
	@echo 'with HEIF=1 for AVIF and HEIC, with MPI=1 or MPI=mpich for trainings on many machines'

# Debian and Ubuntu. On another Linux, install the libraries yourself; the other targets then find them.
setup:
	@dpkg -s $(PACKAGES) >/dev/null 2>&1 || ! command -v apt-get >/dev/null || \
	  { $(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq $(PACKAGES); }

build: setup
	swift build $(SWIFT_FLAGS) $(TESTABLE)

run: build
	@test -d $(DRAWN) || $(RAMIT) data synthesize --task x2 --count 4 --seed 1 --output $(DRAWN)
	$(RAMIT) restore $(PHOTO) --output $(RESTORED) --overwrite
	$(RAMIT) train configs/quick/x2.yaml --output $(RUN) --resume
	$(RAMIT) evaluate --weights $(RUN)/weights/best.safetensors --testset $(DRAWN)
	@echo
	@echo 'restored   $(RESTORED)'
	@echo 'report     $(RUN)/report.html'
	@echo 'compared   $(RUN)/samples (input, bicubic, restored and target side by side)'

# Free photos to train with, from packages that are unpacked and not installed. A package that lies in $(DEBS) already
# is not downloaded: elsewhere than on Debian 12, put the packages of packages.debian.org/bookworm there.
PHOTOS = datasets/free-photos
DEBS = .build/packages
data: $(PHOTOS)/AUTHORS.txt
$(PHOTOS)/AUTHORS.txt: | build
	rm -rf $(DEBS)/new $(DEBS)/unpacked
	@mkdir -p $(DEBS)/new $(DEBS)/unpacked
	cd $(DEBS)/new && for name in $$($(CURDIR)/$(RAMIT) data list free-photos --packages); do \
	  ls ../$${name}_*.deb >/dev/null 2>&1 || missing="$$missing $$name"; done; \
	  test -z "$$missing" || apt-get download $$missing || \
	  { $(SUDO) apt-get update -qq && apt-get download $$missing; }
	find $(DEBS)/new -name '*.deb' -exec mv -t $(DEBS) {} +
	for file in $(DEBS)/*.deb; do name=$${file##*/}; \
	  dpkg-deb -R $$file $(DEBS)/unpacked/$${name%%_*} || exit; done
	$(RAMIT) data prepare photos --dataset free-photos --packages $(DEBS)/unpacked --output $(PHOTOS)
	rm -rf $(DEBS)/new $(DEBS)/unpacked

# The whole path of every table of the paper, from its configurations to its scores, with tiny models on drawn images.
# What was trained before is not trained again.
REPRODUCED = runs/reproduce
reproduce-tiny: build
	$(RAMIT) reproduce all --scale tiny --train --output $(REPRODUCED) --json $(REPRODUCED)/tiny.json \
	  --markdown $(REPRODUCED)/tiny.md --csv $(REPRODUCED)/tiny.csv --html $(REPRODUCED)/tiny.html

VERSION = $(shell sed -nE 's/.*static let version = "(.*)"/\1/p' Sources/*/Product.swift)
# What people get with the program, in share/doc/ramit.
DOCUMENTS = README.md LICENSE CHANGELOG.md CITATION.cff docs configs
# The program $(1) and all that belongs to it, in the folder $(2).
define stage
rm -rf $(2)
@mkdir -p $(2)/bin $(2)/share/man/man1 $(2)/share/bash-completion/completions $(2)/share/zsh/site-functions \
  $(2)/share/fish/vendor_completions.d $(2)/share/doc/ramit
cp $(1) $(2)/bin
$(1) --experimental-dump-help | swift docs/tools/manual.swift $(VERSION) > $(2)/share/man/man1/ramit.1
$(1) --generate-completion-script bash > $(2)/share/bash-completion/completions/ramit
$(1) --generate-completion-script zsh > $(2)/share/zsh/site-functions/_ramit
$(1) --generate-completion-script fish > $(2)/share/fish/vendor_completions.d/ramit.fish
cp -R $(DOCUMENTS) $(2)/share/doc/ramit
rm -r $(2)/share/doc/ramit/docs/tools
endef

# What is installed needs nothing of this folder, but it does need the Swift runtime of this machine.
STAGE = .build/stage
# Root, where this user may not write.
AS = $(shell mkdir -p $(DESTDIR)$(PREFIX) 2>/dev/null && test -w $(DESTDIR)$(PREFIX) || echo $(SUDO))
install: build
	$(call stage,$(RAMIT),$(STAGE))
	$(AS) cp -R $(STAGE)/. $(DESTDIR)$(PREFIX)

uninstall:
	cd $(DESTDIR)$(PREFIX) && $(AS) rm -rf bin/ramit share/man/man1/ramit.1 share/bash-completion/completions/ramit \
	  share/zsh/site-functions/_ramit share/fish/vendor_completions.d/ramit.fish share/doc/ramit

# One archive for machines without Swift: a program for each instruction set, which needs nothing but the C library.
# bin/ramit runs on every x86-64 and continues as the program in libexec that is the fastest for the processor. There is
# no launcher, so nothing else is to be built, and bin/ramit also works alone. The second start costs 2.5 ms; a launcher
# in C would take 0.8.
DIST = .build/dist
DOWNLOAD = ramit-$(VERSION)-linux-x86_64
# Where the linker finds static libraries before the shared ones. Its libpng.a, libtiff.a and so on are scripts that
# name all of them, so that each finds what it needs in any order. libjbig is under the GPL and stays out (CTIFF.c).
STATIC = $(CURDIR)/$(DIST)/static
PKG_CONFIG_NAMES = libpng zlib libjpeg libtiff-4 libwebp libwebpdemux
ARCHIVES = $(patsubst -l%,$(shell pkg-config --variable=libdir zlib)/lib%.a, \
  $(filter-out -ljbig -lm -lpthread,$(sort $(shell pkg-config --static --libs-only-l $(PKG_CONFIG_NAMES)))))
CXX_ARCHIVE = $(realpath $(shell clang -print-file-name=libstdc++.a))
DIST_FLAGS = --product ramit --static-swift-stdlib --pkg-config-path $(STATIC) -Xswiftc -L$(STATIC) \
  -Xswiftc -Xclang-linker -Xswiftc -static-libgcc -Xlinker -s -Xcc -DRAMIT_WITHOUT_JBIG
# The time of every file in the archives: .tar.gz, which every system unpacks, and .tar.xz, which looks back as far as
# the program before, whose Swift runtime is the same.
EPOCH = $(or $(SOURCE_DATE_EPOCH),$(shell git log -1 --format=%ct))

dist: dist-sse2 dist-avx2 dist-avx512
	rm -rf $(DIST)/ramit-*
	$(call stage,$(DIST)/sse2/release/ramit,$(DIST)/$(DOWNLOAD))
	@mkdir $(DIST)/$(DOWNLOAD)/libexec $(DIST)/$(DOWNLOAD)/share/doc/ramit/licenses
	cp $(DIST)/avx2/release/ramit $(DIST)/$(DOWNLOAD)/libexec/ramit-avx2
	cp $(DIST)/avx512/release/ramit $(DIST)/$(DOWNLOAD)/libexec/ramit-avx512
	$(call licenses,$(DIST)/$(DOWNLOAD)/share/doc/ramit/licenses)
	tar -C $(DIST) --sort=name --mtime=@$(EPOCH) --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX \
	  -cf $(DIST)/$(DOWNLOAD).tar $(DOWNLOAD)
	xz -kf --lzma2=preset=1,dict=128MiB $(DIST)/$(DOWNLOAD).tar
	gzip -9nf $(DIST)/$(DOWNLOAD).tar

dist-sse2: MACHINE =
dist-avx2: MACHINE = -Xcc -march=x86-64-v3
dist-avx512: MACHINE = -Xcc -march=x86-64-v4
dist-sse2 dist-avx2 dist-avx512: dist-libraries
	swift build $(SWIFT_FLAGS) $(DIST_FLAGS) --scratch-path $(DIST)/$(@:dist-%=%)

LICENSED = libicu-dev libyaml-dev
dist-libraries: PACKAGES += $(LICENSED) xz-utils
dist-libraries: setup
	$(if $(HEIF),$(error make dist has no HEIF: its decoders are no static libraries))
	rm -rf $(STATIC)
	@mkdir -p $(STATIC)
	ln -s $(CXX_ARCHIVE) $(STATIC)
	for name in png z jpeg tiff webp webpdemux; do \
	  echo 'GROUP ( $(ARCHIVES) $(CXX_ARCHIVE) )' > $(STATIC)/lib$$name.a; done
	for name in zlib libwebp; do \
	  printf 'Name: $$name\nDescription: static\nVersion: 0\n' > $(STATIC)/$$name.pc; done

# The licences of what is linked in: of Swift and of packages as they bring them along, of system libraries as the
# system has them; so also those of ICU, which Swift holds, and of libyaml, which Yams holds.
define licenses
owners=$$(dpkg -S $(ARCHIVES) $(CXX_ARCHIVE)) && \
  for package in $(LICENSED) $$(echo "$$owners" | cut -d : -f 1 | sort -u); do \
  cp /usr/share/doc/$$package/copyright $(1)/$$package.txt || exit; done
cp $$(dirname $$(readlink -f $$(command -v swift)))/../share/swift/LICENSE.txt $(1)/swift.txt
for folder in $(DIST)/sse2/checkouts/*; do cp $$folder/LICENSE* $(1)/$$(basename $$folder).txt || exit; done
endef

test: build-tests
	swift test --skip-build $(SWIFT_FLAGS) $(if $(ONLY),--filter '$(ONLY)')

build-tests: setup
	swift build --build-tests $(SWIFT_FLAGS) $(TESTABLE)

# What depends on the instruction set again, built for every x86-64 machine, and for those with AVX2 and FMA: kernels,
# and all that computes with them from operations to whole models. Package.swift leaves out the other modules. The first
# has the tests of process groups too: CI runs all others in a build with MPI.
VECTOR_SUITES = Autograd Kernels LinearAlgebra Metrics Models NN Optimizers TensorCore
test-plain: MACHINE =
test-plain: VECTOR_SUITES += ProcessGroup
test-avx2: MACHINE = -Xcc -mavx2 -Xcc -mfma
test-plain test-avx2: setup
	RAMIT_SUITES='$(VECTOR_SUITES)' swift test $(SWIFT_FLAGS) --scratch-path .build/$@

# Threads that share memory, under ThreadSanitizer: parallel loops, ranks, the loader and its caches, trainings with
# what writes beside them, and the program when signals stop it.
THREAD_SUITES = Parallel ProcessGroup Datasets Training
THREAD_TRAININGS = BackgroundSave|Checkpoint|NonFinite|Ranks|Resume|SamplesOnce|StagedRun|TensorBoard|Trainer
test-threads: setup
	RAMIT_THREADS=1 RAMIT_SUITES='$(THREAD_SUITES)' swift build --build-tests $(SWIFT_FLAGS) $(TESTABLE) \
	  --scratch-path .build/$@
	export SWIFT_BACKTRACE=enable=no TSAN_OPTIONS=exitcode=66:suppressions=$(CURDIR)/Tests/Threads/suppressions.txt; \
	  .build/$@/release/RAMiTPackageTests.xctest --testing-library swift-testing \
	    --filter '^(Parallel|ProcessGroup|Datasets)Tests\.|^TrainingTests\.($(THREAD_TRAININGS))Tests/' && \
	  Tests/Reliability/signals.sh .build/$@/release/ramit && Tests/Reliability/interruptions.sh .build/$@/release/ramit

# The kernels on an emulated 64-bit ARM: the bits of the build for AVX2.
EMULATOR = qemu-user gcc-aarch64-linux-gnu
test-arm:
	@dpkg -s $(EMULATOR) >/dev/null 2>&1 || $(SUDO) apt-get install -y -qq $(EMULATOR)
	Tests/EmulatedARM/compare.sh .build/$@

# Trainings on several ranks, with a program of their own. make test-mpi MPI=mpich takes MPICH.
RANKS = .build/mpi-$(RAMIT_MPI)
test-mpi: MPI = 1
test-mpi: setup
	swift build $(SWIFT_FLAGS) --product ramit --scratch-path $(RANKS)
	Tests/ManyRanks/run.sh $(RANKS)/release/ramit

# What proves that runs cannot be lost and files cannot hurt (Tests/Reliability/promises.txt). A run that is stopped
# continues where it was, for the same commit; the report is in .build/reliability.
FULL = 1
# Numbers of promises; empty for all.
PROMISES =
reliability: build-tests fuzz-build
	RAMIT_FULL=$(FULL) RAMIT_TEST='swift test --skip-build $(SWIFT_FLAGS)' Tests/Reliability/run.sh $(RAMIT) $(PROMISES)

# Readers of files, tried with inputs that libFuzzer makes, under AddressSanitizer (Tests/Fuzzing). The folder keeps
# corpora, counts and findings, so that runs add up.
FUZZ = .build/fuzz
LIBFUZZER = $(shell swift -print-target-info | sed -nE 's/.*"runtimeResourcePath": "(.*)".*/\1/p')/clang/lib/linux
# Names of targets; empty for all. How many more inputs of each.
TARGET =
RUNS = 100000
fuzz-build: setup
	RAMIT_FUZZ=$(LIBFUZZER) swift build -c release $(MACHINE) -Xcc -fsanitize=address,fuzzer-no-link \
	  --explicit-target-dependency-import-check error --scratch-path $(FUZZ)/build

fuzz: fuzz-build
	Tests/Fuzzing/run.sh $(FUZZ)/build/release/Fuzzing $(FUZZ) $(RUNS) $(TARGET)

# For CI, about a minute beside the build: the same inputs each time, from the first ones on.
fuzz-smoke: fuzz-build
	rm -rf $(FUZZ)/smoke
	SEED=1 Tests/Fuzzing/run.sh $(FUZZ)/build/release/Fuzzing $(FUZZ)/smoke 8000 $(TARGET)

lint:
	swift format lint --strict --recursive Sources Tests docs Package.swift
	docs/tools/lint.sh

format:
	swift format --in-place --recursive Sources Tests docs Package.swift

# What the program stands on, and what it never does.
supply:
	docs/tools/supply.sh

check: lint supply test

bench: build
	@mkdir -p $(dir $(TIMINGS))
	.build/release/RAMiTBenchmarks --json $(TIMINGS) $(if $(wildcard $(BASELINE)),--baseline $(BASELINE)) \
	  $(if $(ONLY),--only $(ONLY))

baseline:
	cp $(TIMINGS) $(BASELINE)

race: build
	.build/release/RAMiTBenchmarks race --python $(PYTHON) --json $(RACE).json --markdown $(RACE).md $(OPTIONS)

# The picture of the package's floors in docs/ARCHITECTURE.md; make lint fails while it is out of date.
floors:
	swift package dump-package | swift docs/tools/floors.swift > docs/floors.svg

# The documentation of every public name of the product's modules, as one site in .build/docs.
DOCUMENTED = Parallel TensorCore Autograd Imaging Serialization NN Metrics Datasets Optimizers Models Inference \
  ONNX Experiments Evaluation Figures Runs Training RestorationCommands
docs: setup
	RAMIT_DOCS=1 swift package --allow-writing-to-directory .build/docs generate-documentation \
	  $(DOCUMENTED:%=--target RAMiT%) --enable-experimental-combined-documentation --output-path .build/docs \
	  --transform-for-static-hosting

clean:
	rm -rf .build
