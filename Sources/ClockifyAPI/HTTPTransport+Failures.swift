import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

extension HTTPTransport {
  /// What a status outside 2xx means. clockify-api.md 1.2 to 1.4.
  static func failure(_ answer: ClockifyAnswer, request: String) -> ClockifyError? {
    let (status, body) = (answer.status, answer.body)
    let clockifyCode = errorCode(in: body)
    let detail = clockifyCode.map { "\(status), code \($0)" } ?? "\(status)"
    switch status {
    case 200..<300:
      return nil
    case 300..<400:
      let target = answer.header("Location").flatMap { URL(string: $0)?.host } ?? "another address"
      return ClockifyError(
        .redirected, "Clockify answered with a redirect to \(target), which is not followed (\(status))",
        request: request, status: status)
    case 401:
      return ClockifyError(
        .keyRefused, "Clockify refused the key (\(detail))", request: request, status: status)
    case 403:
      return ClockifyError(
        .forbidden, "the key has no right to this (\(detail))", request: request, status: status)
    case 404:
      return ClockifyError(
        .routeMissing, "there is no such service at this address (\(detail))", request: request, status: status)
    case 400 where clockifyCode == 501:
      return ClockifyError(
        .entityMissing, "Clockify does not know this id, or rejects the request (\(detail))", request: request,
        status: status)
    case 429:
      return ClockifyError(
        .rateLimited, "Clockify asks for fewer requests (\(detail))", request: request, status: status,
        retryAfter: answer.header("Retry-After").flatMap(retryAfter))
    case 500...:
      return ClockifyError(
        .server, "Clockify failed (\(detail))", request: request, status: status,
        retryAfter: answer.header("Retry-After").flatMap(retryAfter))
    default:
      return ClockifyError(
        .rejected, "Clockify rejected the request (\(detail))", request: request, status: status)
    }
  }

  static func transportFailure(_ error: any Error, request: String, host url: String) -> ClockifyError {
    let address = URL(string: url)
    let host = (address?.host ?? "Clockify") + (address?.port.map { ":\($0)" } ?? "")
    switch error {
    case let error as HTTPClientError where error == .readTimeout || error == .deadlineExceeded:
      return ClockifyError(.timeout, "\(host) did not answer in time", request: request)
    case let error as HTTPClientError where error == .connectTimeout:
      return ClockifyError(.unreachable, "\(host) cannot be reached: no answer in 10 s", request: request)
    case is NIOTooManyBytesError:
      return tooLarge(request)
    case is NIOSSLError, is BoringSSLError:
      return ClockifyError(
        .unreachable, "no trusted TLS connection to \(host): check the certificate and this machine's clock",
        request: request)
    case let error as NIOConnectionError:
      return ClockifyError(
        .unreachable,
        error.connectionErrors.isEmpty
          ? "\(host) cannot be found: check the address and the network"
          : "\(host) refused the connection or has no route: check CLOCKIFY_API_URL and the network",
        request: request)
    case let error as IOError where error.errnoCode == ECONNREFUSED:
      return ClockifyError(
        .unreachable, "\(host) refused the connection: check CLOCKIFY_API_URL and the network", request: request)
    default:
      if "\(type(of: error))".contains("Decompression") || "\(error)".contains("limit") { return tooLarge(request) }
      return ClockifyError(.brokenOff, "the connection to \(host) broke off", request: request)
    }
  }

  private static func tooLarge(_ request: String) -> ClockifyError {
    ClockifyError(
      .tooLarge, "the answer is larger than \(maximumBytes >> 20) MiB and was not read", request: request)
  }

  /// Seconds, or an HTTP date.
  private static func retryAfter(_ text: String) -> Double? {
    if let seconds = Double(text), seconds >= 0 { return seconds }
    return httpDate(text).map { max(0, $0 - Date().timeIntervalSince1970) }
  }

  static func httpDate(_ text: String) -> Double? {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(secondsFromGMT: 0)
    formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
    return formatter.date(from: text)?.timeIntervalSince1970
  }

  private struct ErrorBody: Decodable { let code: Int? }

  static func errorCode(in body: ByteBuffer) -> Int? {
    guard body.readableBytes < 1 << 16 else { return nil }
    return try? JSONDecoder().decode(ErrorBody.self, from: Data(body.readableBytesView)).code
  }
}
