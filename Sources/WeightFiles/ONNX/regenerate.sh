#!/bin/sh
# Regenerates onnx.pb.swift from onnx.proto. Needs protoc (Debian: protobuf-compiler) and git; builds the
# protoc plugin of the swift-protobuf version that Package.resolved names, or of $1.
set -eu
cd "$(dirname "$0")"
version=${1:-$(sed -n '/"swift-protobuf"/,/"version"/s/.*"version" : "\(.*\)".*/\1/p' ../../../Package.resolved)}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
git clone --quiet --branch "$version" https://github.com/apple/swift-protobuf "$scratch"
swift build --package-path "$scratch" -c release --product protoc-gen-swift
protoc --plugin="$scratch/.build/release/protoc-gen-swift" \
  --swift_opt=Visibility=Internal --swift_out=. onnx.proto
