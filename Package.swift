// swift-tools-version: 6.1
import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

let asyncAlgorithms = Target.Dependency.product(
  name: "AsyncAlgorithms", package: "swift-async-algorithms")
let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let asyncHTTPClient = Target.Dependency.product(
  name: "AsyncHTTPClient", package: "async-http-client")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let grdbSQLite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let serviceLifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let swiftCSV = Target.Dependency.product(name: "SwiftCSV", package: "SwiftCSV")

/// One room of the house. Ground floor first: a module imports only those above it (`scripts/check-imports`).
func room(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: name, dependencies: ["RotaTesting"] + dependencies,
    exclude: ["ReplicatingTests": ["Fixtures"], "FuzzTests": ["Corpus"]][name] ?? [],
    swiftSettings: settings)
}

let package = Package(
  name: "rota",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "rota", targets: ["RotaCLI"]),
    .library(name: "ClockifySimulator", targets: ["ClockifySimulator"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-async-algorithms", from: "1.1.4"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swiftcsv/SwiftCSV", from: "0.10.0"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
  ],
  targets: [
    room("Planning", []),
    .target(
      name: "Migrations", path: "migrations", resources: [.embedInCode("sqlite")],
      swiftSettings: settings),
    room("ClockifyAPI", [asyncAlgorithms, asyncHTTPClient, logging, nioCore, nioHTTP1, nioPosix, nioSSL]),
    room("ClockifySimulator", ["CZlib", asyncHTTPClient, hummingbird, httpTypes, logging, nioCore]),
    room("PlanningStore", ["Planning", "Migrations", grdb, grdbSQLite]),
    room("Importing", ["Planning", "ClockifyAPI", "PlanningStore", logging]),
    room("Replicating", ["Planning", "ClockifyAPI", "PlanningStore"]),
    room("Reconciling", ["Planning", "PlanningStore"]),
    room("Scheduling", ["Planning"]),
    room("Sending", ["Planning", "ClockifyAPI", crypto]),
    room("Pushing", ["Planning", "PlanningStore", "ClockifyAPI", "Sending"]),
    room("Publishing", ["Planning", "PlanningStore", "CLibPQ", "CZlib", crypto]),
    .systemLibrary(name: "CLibPQ", path: "SystemLibraries/CLibPQ", providers: [.apt(["libpq-dev"])]),
    .systemLibrary(name: "CZlib", path: "SystemLibraries/CZlib", providers: [.apt(["zlib1g-dev"])]),
    room(
      "Steering",
      [
        "Planning", "ClockifyAPI", "PlanningStore", "Importing", "Replicating", "Reconciling", "Scheduling", logging,
        swiftCSV,
      ]),
    room(
      "Operating",
      [
        "Planning", "ClockifyAPI", "PlanningStore", "Importing", "Replicating", "Scheduling", "Publishing", "Steering",
        asyncHTTPClient, crypto, logging, nioCore,
        serviceLifecycle, subprocess, systemPackage,
      ]),
    .target(
      name: "RotaWeb",
      dependencies: [
        "Planning", "PlanningStore", "Importing", "Reconciling", "Scheduling", "Steering", crypto, cryptoExtras,
        hummingbird, hummingbirdCore, httpTypes, logging, mustache, nioCore, nioHTTP1, nioHTTPTypes, nioPosix,
        serviceLifecycle,
      ],
      resources: [.embedInCode("templates"), .embedInCode("assets")], swiftSettings: settings),
    .executableTarget(
      name: "RotaCLI",
      dependencies: [
        "Planning", "ClockifyAPI", "ClockifySimulator", "PlanningStore", "Importing", "Replicating", "Reconciling",
        "Scheduling", "Steering", "Sending", "Pushing", "Publishing", "Operating", "RotaWeb", argumentParser, crypto,
        logging,
        serviceLifecycle, subprocess,
        systemPackage, yams,
      ],
      swiftSettings: settings),

    .target(
      name: "RotaTesting",
      dependencies: [
        "Planning", "ClockifyAPI", "ClockifySimulator", "PlanningStore", "Importing", "Steering", "Publishing",
        "Sending", logging,
      ],
      path: "Tests/RotaTesting", swiftSettings: settings),
    tests("PlanningTests", ["Planning"]),
    tests(
      "ReplicatingTests",
      [
        "ClockifyAPI", "ClockifySimulator", "Migrations", "Planning", "PlanningStore", "Importing", "Replicating",
        "Steering", logging,
      ]),
    tests("ClockifyAPITests", ["ClockifyAPI", "ClockifySimulator"]),
    tests("ClockifySimulatorTests", ["ClockifySimulator", asyncHTTPClient]),
    tests("PlanningStoreTests", ["Planning", "Migrations", "PlanningStore", "Importing", "ClockifySimulator"]),
    tests(
      "ImportingTests",
      [
        "Planning", "PlanningStore", "Importing", "Steering", "Publishing", "Operating", "ClockifySimulator", logging,
      ]),
    tests("ReconcilingTests", ["Planning", "PlanningStore", "Importing", "Reconciling"]),
    tests(
      "PublishingTests",
      ["Planning", "PlanningStore", "Importing", "Publishing", "Operating", "Steering", "ClockifySimulator", logging]),
    tests("SendingTests", ["Planning", "ClockifyAPI", "Sending", "ClockifySimulator", logging, swiftCSV]),
    tests(
      "PushingTests",
      [
        "Planning", "PlanningStore", "Importing", "ClockifyAPI", "Sending", "Pushing", "Steering", "ClockifySimulator",
        logging,
      ]),
    tests(
      "FuzzTests",
      [
        "ClockifyAPI", "ClockifySimulator", "Importing", "Planning", "Replicating", "Steering", "Sending", "RotaWeb",
        "RotaCLI", nioCore, yams,
      ]),
    tests("SchedulingTests", ["Planning", "Scheduling"]),
    tests(
      "SteeringTests", ["ClockifySimulator", "Planning", "PlanningStore", "Importing", "Steering", logging]),
    tests(
      "OperatingTests",
      [
        "Planning", "ClockifyAPI", "ClockifySimulator", "PlanningStore", "Importing", "Scheduling", "Steering",
        "Operating",
        logging,
      ]),
    tests(
      "RotaWebTests",
      [
        "Planning", "PlanningStore", "Importing", "Steering", "RotaWeb", asyncHTTPClient, crypto, logging, nioCore,
        yams,
      ]),
    tests(
      "EndToEndTests",
      [
        "RotaCLI", "Importing", "Operating", "Planning", "Steering", logging, "ClockifySimulator", "Scheduling",
        "Migrations", "Replicating", "Publishing", "ClockifyAPI", "Sending", asyncHTTPClient, crypto, nioCore, swiftCSV,
        yams,
      ]),
  ]
)
