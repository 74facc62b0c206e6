import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// What the server says, before it becomes an HTTP response.
struct Answer {
  var status = 200
  var body: ByteBuffer
  var headers: [String: String] = [:]
  var delivery = Delivered.whole

  enum Delivered {
    case whole
    /// The connection ends instead: as it does, or with a reset.
    case not(isReset: Bool)
    /// One byte each so many seconds.
    case slowly(Double)
    /// This again and again.
    case forever
  }

  init(bytes: ByteBuffer) {
    body = bytes
  }

  init(json: Any, lastPage: Bool? = nil, totalCount: Int? = nil) {
    let data = (try? JSONSerialization.data(withJSONObject: json, options: [.fragmentsAllowed, .sortedKeys])) ?? Data()
    body = ByteBuffer(bytes: data)
    if let lastPage { headers["last-page"] = "\(lastPage)" }
    if let totalCount { headers["total-count"] = "\(totalCount)" }
  }

  /// What a writing request made or changed.
  static func row(_ json: Any, status: Int = 200) -> Answer {
    var answer = Answer(json: json)
    answer.status = status
    return answer
  }

  /// Clockify's error body; `code` is a number and not the status (clockify-api.md 1.4).
  static func error(_ status: Int, _ message: String, code: Int) -> Answer {
    var answer = Answer(json: ["message": message, "code": code])
    answer.status = status
    return answer
  }

  static let noRoute = error(404, "No static resource.", code: 3000)
  static let noMethod = error(405, "Request method is not supported.", code: 3000)
  static let denied = error(403, "Access Denied", code: 501)

  static func missing(_ kind: String) -> Answer {
    error(400, "\(kind) doesn't belong to Workspace", code: 501)
  }

  var response: Response {
    var fields = HTTPFields()
    fields[.contentType] = "application/json"
    for (name, value) in headers {
      if let name = HTTPField.Name(name) { fields[name] = value }
    }
    return Response(status: .init(code: status), headers: fields, body: responseBody)
  }
}

extension SimulatedClockify {
  func answer(_ request: Request, on connection: any Channel) async throws -> Response {
    var request = request
    let path = request.uri.path
    let method = request.method.rawValue
    let body = try await request.collectBody(upTo: 1 << 20)
    let report = path.hasSuffix("/reports/detailed") ? ReportRequest(body) : nil
    runHook(for: path, page: report?.page)
    let limited = limited()
    let fault = limited == nil ? fault(on: path, method: method, page: report?.page) : nil
    var answer = limited ?? Answer(bytes: ByteBuffer())
    if limited == nil, fault?.comesBeforeWork != true {
      answer = write(request, path: path, body: body) ?? read(request, path: path, report: report, body: body)
    }
    let right = answer.body
    if let effect = fault?.effect { try await answer.spoil(effect, before: read { $0.lastBodies[path] }) }
    let isClosed = if case .not = answer.delivery { true } else { false }
    let record = RequestRecord(
      method: method, path: path, query: request.uri.query ?? "", page: report?.page,
      status: isClosed ? 0 : answer.status,
      body: report == nil ? String(buffer: body) : "", headers: request.headers.map { ($0.name.rawName, $0.value) })
    update { state in
      state.requests.append(record)
      state.lastBodies[path] = state.controls.faults.isEmpty ? nil : right
    }
    if case .not(let isReset) = answer.delivery {
      if isReset, let socket = connection as? any SocketOptionProvider {
        try await socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
      }
      try await connection.close()
    }
    return answer.response
  }

  private func read(_ request: Request, path: String, report: ReportRequest?, body: ByteBuffer) -> Answer {
    let search =
      report == nil ? (try? JSONSerialization.jsonObject(with: Data(body.readableBytesView))) as? [String: Any] : nil
    return route(request, path: path, report: report, search: search ?? [:], state: read { $0 })
  }

  /// 429 once the budget is used up (clockify-api.md 1.3).
  private func limited() -> Answer? {
    let controls = read { $0.controls }
    let window: (limit: Int, seconds: Double)
    switch controls.budget {
    case .none: return nil
    case .perSecond(let limit): window = (limit, 1)
    case .perHour(let limit): window = (limit, 3600)
    }
    let now = Date()
    let isOver = update { state in
      state.requestMoments.removeAll { $0 <= now - window.seconds }
      if state.requestMoments.count >= window.limit { return true }
      state.requestMoments.append(now)
      return false
    }
    guard isOver else { return nil }
    var answer = Answer.error(429, "Too many requests", code: 429)
    if !controls.rateLimitHasBody { answer.body = ByteBuffer() }
    if let seconds = controls.retryAfter { answer.headers["retry-after"] = "\(seconds)" }
    return answer
  }

  private func fault(on path: String, method: String, page: Int?) -> Fault? {
    update { state in
      for index in state.controls.faults.indices {
        let fault = state.controls.faults[index]
        guard path.contains(fault.path), fault.page == nil || fault.page == page, fault.method ?? method == method
        else { continue }
        if fault.skip > 0 {
          state.controls.faults[index].skip -= 1
        } else if fault.times > 0 {
          if fault.times < .max { state.controls.faults[index].times -= 1 }
          return fault
        }
      }
      return nil
    }
  }
}
