# The two commands a fresh Debian or Ubuntu machine with a Swift 6 toolchain needs.

.PHONY: demo test format release benchmark

demo:
	@scripts/need
	swift build --product rota
	@.build/debug/rota demo

test:
	@scripts/need test
	scripts/check

format:
	swift format -i -r --configuration .swift-format Sources Tests migrations Package.swift

release:
	@scripts/need
	swift build -c release --product rota --static-swift-stdlib

benchmark:
	swift build -c release --product rota
	Benchmarks/run
