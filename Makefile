# The two commands a fresh Debian or Ubuntu machine with a Swift 6 toolchain needs.

.PHONY: demo test check-deep trust format release bench instructions

demo:
	@scripts/need
	swift build --product rota
	@.build/debug/rota demo

test:
	@scripts/need test
	scripts/check

# The suite with the sanitizers of threads and addresses: hours.
check-deep:
	@scripts/need test
	Trust/deep

# All of docs/trust.md: half a day.
trust:
	@scripts/need test
	swift build -c release --product rota
	Trust/all

format:
	swift format -i -r --configuration .swift-format Sources Tests migrations Package.swift

release:
	@scripts/need release
	scripts/release

bench:
	@scripts/need bench
	swift build -c release --product rota
	Benchmarks/run
	Benchmarks/web
	Benchmarks/publish
	Benchmarks/fleet

# Fails when a first import takes a tenth more instructions than it did.
instructions:
	@scripts/need instructions
	swift build -c release --product rota
	Benchmarks/instructions
