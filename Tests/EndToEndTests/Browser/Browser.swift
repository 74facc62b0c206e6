import AsyncHTTPClient
import Foundation
import NIOCore
import Synchronization
import Testing

/// A real Chromium, driven over WebDriver by Debian's chromedriver: one driver for the process, a browser for each test.
final class Browser: Sendable {
  /// How somebody looks at a page.
  struct Look: Sendable, CustomTestStringConvertible {
    var width = 1280
    var isDark = false
    var hasScript = true

    static let wide = Look()
    static let plain = Look(hasScript: false)
    static let phone = Look(width: 375)
    /// Both at once: what works here works where one of them holds.
    static let plainPhone = Look(width: 375, hasScript: false)

    var testDescription: String {
      "\(width) px\(isDark ? ", dark" : "")\(hasScript ? "" : ", without script")"
    }
  }

  /// Whether pages can be tried here; where tests must run, that is not asked.
  static var isThere: Bool {
    ProcessInfo.processInfo.environment["CI"] != nil
      || ["chromium", "chromedriver"].allSatisfy { FileManager.default.isExecutableFile(atPath: "/usr/bin/\($0)") }
  }

  private let session: String
  private let profile: URL

  static func with(_ look: Look = .wide, _ body: (Browser) async throws -> Void) async throws {
    let profile = FileManager.default.temporaryDirectory.appendingPathComponent("rota-browser-\(UUID().uuidString)")
    let browser = try await Browser(look, profile: profile)
    let result: Result<Void, any Error>
    do { result = .success(try await body(browser)) } catch { result = .failure(error) }
    let log = try? await browser.consoleLog()
    await browser.close()
    try result.get()
    #expect(log == [], "the console of the browser")
  }

  private init(_ look: Look, profile: URL) async throws {
    self.profile = profile
    let options: [String: Any] = [
      "binary": "/usr/bin/chromium",
      "args": [
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
        "--disable-background-networking", "--user-data-dir=\(profile.path)",
      ],
    ]
    let capabilities: [String: Any] = [
      "browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": ["browser": "ALL"],
    ]
    let made = try await Driver.ask("POST", "", ["capabilities": ["alwaysMatch": capabilities]]) as? [String: Any]
    session = try #require(made?["sessionId"] as? String)
    try await see(look)
  }

  /// From now on.
  func see(_ look: Look) async throws {
    try await devTools(
      "Emulation.setDeviceMetricsOverride",
      ["width": look.width, "height": 900, "deviceScaleFactor": 1, "mobile": false])
    try await devTools(
      "Emulation.setEmulatedMedia",
      ["features": [["name": "prefers-color-scheme", "value": look.isDark ? "dark" : "light"]]])
    try await devTools("Emulation.setScriptExecutionDisabled", ["value": !look.hasScript])
  }

  private func close() async {
    _ = try? await ask("DELETE", "")
    try? FileManager.default.removeItem(at: profile)
  }

  // MARK: What a person does

  func open(_ url: String) async throws { _ = try await ask("POST", "/url", ["url": url]) }

  /// Opens a page again and again until it shows a text, at most ten seconds.
  func open(_ url: String, until text: String) async throws {
    for _ in 1...50 {
      try await open(url)
      if try await self.text("body").contains(text) { return }
      try await Task.sleep(for: .milliseconds(200))
    }
    try await see(text, within: 0.2)
  }

  func reload() async throws { _ = try await ask("POST", "/refresh", [:]) }

  /// Clicks the one element that a CSS selector finds.
  func click(_ selector: String) async throws {
    _ = try await ask("POST", "/element/\(try await find(selector))/click", [:])
  }

  /// Clicks the link or button with this text.
  func press(_ text: String) async throws {
    let quote = text.contains("'") ? "\"" : "'"
    let path = "//*[self::a or self::button or self::summary][normalize-space()=\(quote)\(text)\(quote)]"
    _ = try await ask("POST", "/element/\(try await find(path, by: "xpath"))/click", [:])
  }

  func type(_ text: String, into selector: String) async throws {
    _ = try await ask("POST", "/element/\(try await find(selector))/value", ["text": text])
  }

  func clear(_ selector: String) async throws {
    _ = try await ask("POST", "/element/\(try await find(selector))/clear", [:])
  }

  /// Of a list of choices, by its words.
  func choose(_ option: String, in selector: String) async throws {
    let list = try await find(selector)
    let found = try await ask(
      "POST", "/element/\(list)/element", ["using": "xpath", "value": "./option[normalize-space()='\(option)']"])
    _ = try await ask("POST", "/element/\(Self.id(found))/click", [:])
  }

  /// Keys as they are pressed, whatever has the focus.
  func keys(_ text: String) async throws {
    let actions = text.flatMap { key -> [[String: Any]] in
      [["type": "keyDown", "value": String(key)], ["type": "keyUp", "value": String(key)]]
    }
    _ = try await ask("POST", "/actions", ["actions": [["type": "key", "id": "keyboard", "actions": actions]]])
  }

  static let tab: Character = "\u{E004}"
  static let enter: Character = "\u{E007}"

  // MARK: What a person sees

  var address: String {
    get async throws { try #require(try await ask("GET", "/url") as? String) }
  }

  func path() async throws -> String {
    let url = try #require(URLComponents(string: try await address))
    return url.path
  }

  /// Of an element, as it is shown.
  func text(_ selector: String = "main") async throws -> String {
    try #require(try await ask("GET", "/element/\(try await find(selector))/text") as? String)
  }

  func value(_ selector: String) async throws -> String {
    try #require(try await ask("GET", "/element/\(try await find(selector))/property/value") as? String)
  }

  func has(_ selector: String) async throws -> Bool {
    let found = try await ask("POST", "/elements", ["using": "css selector", "value": selector]) as? [Any]
    return !(found ?? []).isEmpty
  }

  /// Waits until the page shows a text, at most so many seconds.
  func see(_ text: String, within seconds: Double = 15) async throws {
    let end = ContinuousClock.now + .seconds(seconds)
    var seen = ""
    while ContinuousClock.now < end {
      // A page that is just being replaced has no such element for a moment.
      seen = (try? await self.text("body")) ?? seen
      if seen.contains(text) { return }
      try await Task.sleep(for: .milliseconds(100))
    }
    Issue.record("\"\(text)\" did not come; the page says: \(seen.prefix(1500))")
  }

  func source() async throws -> String { try #require(try await ask("GET", "/source") as? String) }

  /// What a script in the page gives back.
  func script(_ text: String) async throws -> Any {
    try await ask("POST", "/execute/sync", ["script": text, "args": []])
  }

  private func consoleLog() async throws -> [String] {
    let lines = try await ask("POST", "/se/log", ["type": "browser"]) as? [[String: Any]] ?? []
    return lines.compactMap { $0["message"] as? String }
      // What a page answers with is no fault of the page that asked for it.
      .filter { !$0.contains("the server responded with a status of 4") }
  }

  /// - Parameter height: at most so much of the page.
  func screenshot(_ name: String, height limit: Int = 6000) async throws {
    guard let folder = ProcessInfo.processInfo.environment["ROTA_SCREENSHOTS"] else { return }
    let height = try await script("return document.documentElement.scrollHeight") as? Int ?? 900
    let width = try await script("return innerWidth") as? Int ?? 1280
    let shot = try await devTools(
      "Page.captureScreenshot",
      [
        "captureBeyondViewport": true,
        "clip": ["x": 0, "y": 0, "width": width, "height": min(height, limit), "scale": 1],
      ])
    let data = ((shot as? [String: Any])?["data"] as? String).flatMap { Data(base64Encoded: $0) }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try #require(data).write(to: URL(fileURLWithPath: folder).appendingPathComponent("\(name).png"))
  }

  // MARK: WebDriver

  @discardableResult
  private func devTools(_ command: String, _ parameters: [String: Any]) async throws -> Any {
    try await ask("POST", "/goog/cdp/execute", ["cmd": command, "params": parameters])
  }

  /// Waits a few seconds for it, as a person does while a page loads.
  private func find(_ value: String, by using: String = "css selector") async throws -> String {
    let end = Date() + 5
    while true {
      do {
        return Self.id(try await ask("POST", "/element", ["using": using, "value": value]))
      } catch {
        guard Date() < end else { throw error }
        try await Task.sleep(for: .milliseconds(100))
      }
    }
  }

  private static func id(_ element: Any) -> String { (element as? [String: String])?.values.first ?? "" }

  private func ask(_ method: String, _ path: String, _ body: [String: Any]? = nil) async throws -> Any {
    try await Driver.ask(method, "/\(session)\(path)", body)
  }
}

/// The chromedriver of this process.
private enum Driver {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  private static let port = Task { try await start() }

  static func ask(_ method: String, _ path: String, _ body: [String: Any]?) async throws -> Any {
    var request = HTTPClientRequest(url: "http://127.0.0.1:\(try await port.value)/session\(path)")
    request.method = .init(rawValue: method)
    if let body {
      request.headers.add(name: "Content-Type", value: "application/json")
      request.body = .bytes(ByteBuffer(bytes: try JSONSerialization.data(withJSONObject: body)))
    }
    let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
    let bytes = try await response.body.collect(upTo: 64 << 20)
    let answer = try JSONSerialization.jsonObject(with: Data(buffer: bytes), options: .fragmentsAllowed)
    let value = (answer as? [String: Any])?["value"] ?? NSNull()
    guard response.status == .ok else {
      let fault = value as? [String: Any]
      let message = (fault?["message"] as? String ?? "").prefix(500)
      throw Failure(description: "\(method) \(path): \(fault?["error"] ?? response.status): \(message)")
    }
    return value
  }

  private static func start() async throws -> Int {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/chromedriver")
    process.arguments = ["--port=0"]
    let out = Pipe()
    process.standardOutput = out
    process.standardError = FileHandle.nullDevice
    try process.run()
    ChildProcesses.endWithThisOne(process.processIdentifier)
    let line = await out.line { $0.contains("started successfully on port") }
    if let port = line?.split(whereSeparator: { !$0.isNumber }).last.flatMap({ Int($0) }) { return port }
    throw Failure(description: "chromedriver did not start")
  }
}

/// Processes that live as long as this one.
private enum ChildProcesses {
  private static let all = Mutex<[Int32]>([])

  static func endWithThisOne(_ id: Int32) {
    let isFirst = all.withLock { all in
      all.append(id)
      return all.count == 1
    }
    if isFirst { atexit { ChildProcesses.all.withLock { $0 }.forEach { kill($0, SIGTERM) } } }
  }
}
