import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// What the server says, before it becomes an HTTP response.
struct Answer {
  var status = 200
  var body: ByteBuffer
  var headers: [String: String] = [:]

  init(bytes: ByteBuffer) {
    body = bytes
  }

  init(json: Any, lastPage: Bool? = nil, totalCount: Int? = nil) {
    let data = (try? JSONSerialization.data(withJSONObject: json, options: [.fragmentsAllowed, .sortedKeys])) ?? Data()
    body = ByteBuffer(bytes: data)
    if let lastPage { headers["last-page"] = "\(lastPage)" }
    if let totalCount { headers["total-count"] = "\(totalCount)" }
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
    return Response(
      status: .init(code: status), headers: fields, body: ResponseBody(byteBuffer: body))
  }
}

extension SimulatedClockify {
  func answer(_ request: Request) async throws -> Response {
    var request = request
    let path = request.uri.path
    let body = try await request.collectBody(upTo: 1 << 20)
    let report = path.hasSuffix("/reports/detailed") ? ReportRequest(body) : nil
    let state = snapshot(for: path, page: report?.page)
    let search =
      report == nil ? (try? JSONSerialization.jsonObject(with: Data(body.readableBytesView))) as? [String: Any] : nil
    var answer = limited(state) ?? route(request, path: path, report: report, search: search ?? [:], state: state)
    if let effect = fault(on: path, page: report?.page) { answer = try await spoil(answer, with: effect) }
    let record = RequestRecord(
      method: request.method.rawValue, path: path, query: request.uri.query ?? "", page: report?.page,
      status: answer.status)
    update { $0.requests.append(record) }
    return answer.response
  }

  /// 429 once the budget is used up (clockify-api.md 1.3).
  private func limited(_ state: State) -> Answer? {
    let window: (limit: Int, seconds: Double)
    switch state.controls.budget {
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
    if !state.controls.rateLimitHasBody { answer.body = ByteBuffer() }
    if let seconds = state.controls.retryAfter { answer.headers["retry-after"] = "\(seconds)" }
    return answer
  }

  private func fault(on path: String, page: Int?) -> Fault.Effect? {
    update { state in
      for index in state.controls.faults.indices {
        let fault = state.controls.faults[index]
        guard path.contains(fault.path), fault.page == nil || fault.page == page else { continue }
        if fault.skip > 0 {
          state.controls.faults[index].skip -= 1
        } else if fault.times > 0 {
          if fault.times < .max { state.controls.faults[index].times -= 1 }
          return fault.effect
        }
      }
      return nil
    }
  }

  private func spoil(_ answer: Answer, with effect: Fault.Effect) async throws -> Answer {
    var answer = answer
    switch effect {
    case .status(let status):
      answer.status = status
      answer.body = ByteBuffer(string: "<html><body><h1>\(status)</h1></body></html>")
      answer.headers = ["x-cache": "Error from cloudfront"]
    case .emptyBody: answer.body = ByteBuffer()
    case .truncated(let bytes):
      answer.body = answer.body.getSlice(at: 0, length: min(bytes, answer.body.readableBytes))!
    case .body(let text): answer.body = ByteBuffer(string: text)
    case .redirect(let target):
      answer.status = 302
      answer.headers["location"] = target
      answer.body = ByteBuffer()
    case .delay(let seconds): try await Task.sleep(for: .seconds(seconds))
    }
    return answer
  }
}
