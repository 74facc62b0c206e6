import Crypto
import Foundation
import Planning
import Scheduling
import Steering

/// Many companies, one planning database each, from a file: tenant, secret, volume, time_zone.
struct Fleet {
  struct Company {
    let tenant: String
    let secret: String
    let volume: String
    let zone: Zone
  }

  let companies: [Company]

  private static let columns = ["tenant", "secret", "volume", "time_zone"]

  /// - Parameter path: `-` is standard input.
  /// - Throws: `UserError` naming each line that is not right.
  init(path: String) throws {
    let file = try CSVFile(path: path)
    try file.check(columns: Self.columns, required: Self.columns)
    var problems: [String] = []
    var companies: [Company] = []
    var taken: [String: Int] = [:]
    for line in file.lines {
      func problem(_ words: String) { problems.append("\(file.path) line \(line.number): \(words)") }
      func field(_ column: String) -> String { line.fields[column, default: ""] }
      /// Names that Kubernetes takes, and no two alike.
      func name(_ column: String, longest: Int, isOnce: Bool) -> String? {
        let text = field(column)
        guard Self.isName(text, longest: longest) else {
          problem("\(column) \"\(text)\" must be small letters, digits and dashes, \(longest) at most")
          return nil
        }
        if isOnce, let first = taken.updateValue(line.number, forKey: "\(column) \(text)") {
          problem("\(column) \(text) stands in line \(first) already")
          return nil
        }
        return text
      }
      // The jobs are called rota-TENANT-init, and Kubernetes adds 11 characters to the names of those that a CronJob makes.
      let tenant = name("tenant", longest: 40, isOnce: true)
      let secret = name("secret", longest: 63, isOnce: false)
      let volume = name("volume", longest: 63, isOnce: true)
      let zone = Zone(field("time_zone"))
      if zone == nil { problem("there is no time zone \"\(field("time_zone"))\"") }
      if let tenant, let secret, let volume, let zone {
        companies.append(Company(tenant: tenant, secret: secret, volume: volume, zone: zone))
      }
    }
    guard problems.isEmpty else {
      throw UserError(
        problems.prefix(20).joined(separator: "\n  ")
          + (problems.count > 20 ? "\n  and \(problems.count - 20) more" : ""),
        next: .outside("correct the file; nothing was printed"))
    }
    guard !companies.isEmpty else { throw UserError("\(file.path) names no company") }
    self.companies = companies
  }

  /// As Kubernetes takes names.
  static func isName(_ text: String, longest: Int) -> Bool {
    let isPlain = text.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }
    return isPlain && !text.isEmpty && text.utf8.count <= longest && !text.hasPrefix("-") && !text.hasSuffix("-")
  }

  /// Minutes after the night's beginning at which a company is imported: always the same, and evenly spread.
  static func minute(of tenant: String, in length: Int) -> Int {
    let digest = Array(SHA256.hash(data: Data(tenant.utf8)))
    return digest.prefix(4).reduce(0) { $0 << 8 | Int($1) } % length
  }

  /// - Parameters:
  ///   - begin: of the night, on each company's wall clock.
  ///   - length: of the night, minutes.
  ///   - targets: what is published where, as `ROTA_PUBLISH_TARGETS` takes it; nil: as each company's settings say.
  func manifest(begin: Int, length: Int, image: String, namespace: String, targets: String?) -> String {
    let all = companies.map { company in
      let minute = (begin + Self.minute(of: company.tenant, in: length)) % 1440
      var units = KubernetesUnits(
        schedule: NightlySchedule(minute: minute, zone: company.zone), image: image, namespace: namespace)
      (units.name, units.claim, units.secret) = ("rota-\(company.tenant)", company.volume, company.secret)
      units.environment = [("ROTA_PUBLISH_TENANT", company.tenant)]
      units.givesPassword = targets?.contains("=postgres") ?? false
      if let targets { units.environment.append(("ROTA_PUBLISH_TARGETS", targets)) }
      return units.jobs
    }
    let head = """
      # \(Words.plural(companies.count, "company", "companies")), each with its database on a volume claim and its Clockify key in a secret, both made before:
      #   kubectl -n \(namespace) create secret generic SECRET --from-file=clockify-key=FILE --from-literal=postgres-password=…
      # The jobs rota-TENANT-init make database and settings file on each volume, once; no night does.
      """
    return head + "\n" + all.joined(separator: "\n---\n")
  }
}
