import Hummingbird
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import PlanningStore
import Steering

/// Turns every error into a page that says what happened and what to do next. Nothing of ours is shown that helps nobody.
struct Failures: RouterMiddleware {
  let site: Site

  func handle(
    _ request: Request, context: VisitContext, next: (Request, VisitContext) async throws -> Response
  ) async throws -> Response {
    do {
      return try await next(request, context)
    } catch let error as HTTPParserError {
      throw error
    } catch {
      let failure = Failure(error, request: context.id)
      if failure.status.kind == .serverError {
        site.wiring.logger.error(
          "\(request.method) \(request.uri.path): \(error)", metadata: ["request": "\(context.id)"])
      }
      let visit = Visit(site: site, request: request, context: context)
      guard !visit.isOfProgram else {
        var answer = Response.json(failure.json, status: failure.status)
        if failure.status == .unauthorized { answer.headers[.wwwAuthenticate] = "Bearer" }
        return answer
      }
      return await visit.failurePage(failure)
    }
  }
}

/// An error as a page says it.
struct Failure: Sendable {
  let status: HTTPResponse.Status
  let message: String
  var next: NextStep?
  /// As a command would end (rule 82).
  var code: Int32 = ExitStatus.usage.rawValue

  init(_ error: any Error, request id: String) {
    switch error {
    case let error as Refusal: (status, message) = (error.status, error.message)
    case let error as any HTTPResponseError where error.status == .notFound:
      (status, message) = (.notFound, "There is no such page.")
    case let error as any HTTPResponseError where error.status == .contentTooLarge:
      (status, message) = (.contentTooLarge, "That is more than a form may hold (1 MiB): nothing was changed.")
    case let error as any HTTPResponseError: (status, message) = (error.status, "\(error.status.reasonPhrase).")
    case let error as StoreError where error.code == .interrupted:
      (status, message) = (.serviceUnavailable, "This took longer than 10 seconds and was stopped. Narrow the dates.")
    default:
      if let known = ErrorWords.words(error) {
        (status, message, next) = (known.httpStatus, known.message.sentence, known.next)
        code = known.status.rawValue
      } else {
        (status, message) = (
          .internalServerError, "Something went wrong here. The log of 'rota serve' says more under request \(id)."
        )
      }
    }
  }
}

extension UserError {
  /// The exit code of rule 82 as a web server says it.
  var httpStatus: HTTPResponse.Status {
    switch status {
    case .needsConfirmation: .conflict
    case .unreachable: .badGateway
    case .alreadyRunning: .init(code: 423, reasonPhrase: "Locked")
    case .usage: .unprocessableContent
    case .interrupted: .serviceUnavailable
    case .failed, .partial: .internalServerError
    }
  }
}

extension String {
  /// nil: an empty text, which a template would lay out as if there were one.
  var ifAny: String? { isEmpty ? nil : self }

  /// With a capital and a full stop, as a page says it.
  var sentence: String {
    guard let first, let last else { return self }
    // A number, a path, the name of a file.
    let isName = first.isNumber || first == "/" || prefix { $0 != " " }.dropLast().contains(".")
    return (isName ? self : first.uppercased() + dropFirst()) + (".!?:…\n".contains(last) ? "" : ".")
  }
}

struct FailureModel: PageModel {
  static let template = "failure"
  let title: String
  let lines: [String]
  let step: StepModel?
}
