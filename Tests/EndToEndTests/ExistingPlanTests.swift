import ClockifySimulator
import Foundation
import Testing

/// Somebody whose 300 projects were planned before rota came.
@Suite("Existing plan")
struct ExistingPlanTests {
  private let now = ["--as-of", "2026-03-09T06:00:00Z"]

  @Test(
    "Rule 13: 300 planned projects: exported with candidates, linked from the file, and the import creates none again")
  func threeHundred() async throws {
    var workspace = WorkspaceGenerator(people: 12, projects: 330, clients: 20, days: 12, lastDay: 20_520).make()
    // Two names that only differ in Clockify's spelling of the same client stay apart by client.
    let clients = Dictionary(uniqueKeysWithValues: workspace.clients.map { ($0.id, $0.name) })
    var seen: Set<String> = []
    let mine = workspace.projects.filter { project in
      guard let client = project.clientID.flatMap({ clients[$0] }), !project.template, !project.archived else {
        return false
      }
      return seen.insert("\(project.name.lowercased())|\(client)").inserted
    }.prefix(300)
    // Ten of them were renamed in Clockify since they were planned.
    let renamed = Set(mine.prefix(10).map(\.id))
    let planned = mine.map { (id: $0.id, name: $0.name, client: clients[$0.clientID!]!) }
    for index in workspace.projects.indices where renamed.contains(workspace.projects[index].id) {
      workspace.projects[index].name = "Engagement \(index) of last year"
    }
    #expect(planned.count == 300)
    try await Shell.with(workspace, [["init"]]) { shell, _ in
      func quoted(_ text: String) -> String { "'\(text.replacingOccurrences(of: "'", with: "''"))'" }
      let names = Set(planned.map(\.client)).sorted()
      _ = try shell.sql(
        names.map { "INSERT INTO client (name) VALUES (\(quoted($0)));" }.joined()
          + planned.map {
            "INSERT INTO project (client_id, name) SELECT id, \(quoted($0.name)) FROM client WHERE name = \(quoted($0.client));"
          }.joined())
      try await shell.succeed(["import", "--scope", "actuals"] + now)
      #expect(try shell.sql("SELECT count(*) FROM external_reference") == "0")

      // What a planner does in a spreadsheet: copy the candidate where there is one.
      let export = try await shell.run("references", "export").out
      var lines = export.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
      for index in lines.indices.dropFirst() where lines[index].count == 8 && lines[index][4].isEmpty {
        lines[index][4] = lines[index][5]
      }
      try shell.write("links.csv", lines.map { $0.joined(separator: ",") }.joined(separator: "\n") + "\n")
      try await shell.succeed(
        ["references", "import", "links.csv", "--dry-run"], ["references", "import", "links.csv"])
      #expect(try shell.sql("SELECT count(*) FROM external_reference WHERE kind = 'project'") == "290")
      #expect(
        try shell.sql("SELECT count(*) FROM external_reference WHERE kind = 'client'") == "\(names.count)")
      // The ten renamed ones by hand.
      for project in planned where renamed.contains(project.id) {
        let id = try shell.sql(
          "SELECT p.id FROM project p JOIN client c ON c.id = p.client_id WHERE p.name = \(quoted(project.name)) AND c.name = \(quoted(project.client))"
        )
        try await shell.succeed(["references", "link", "project", id, project.id])
      }

      try await shell.succeed(
        ["import"] + now, ["people", "set-role", "Dev", "--unknown", "--create-role"], ["actuals", "enable"] + now,
        ["import"] + now)
      #expect(try shell.sql("SELECT count(*) FROM project WHERE id <= 300 AND origin = 'manual'") == "300")
      // No planned project was created a second time: every link of theirs is the Clockify project they were planned as.
      let links = try shell.sql(
        "SELECT r.external_id || '|' || p.name FROM external_reference r JOIN project p ON p.id = r.planning_id WHERE r.kind = 'project' AND p.id <= 300 ORDER BY 1"
      )
      #expect(links.split(separator: "\n").map(String.init) == planned.map { "\($0.id)|\($0.name)" }.sorted())
      #expect(
        try shell.sql(
          "SELECT count(*) FROM project p JOIN project q ON q.id > p.id AND q.client_id = p.client_id AND q.name = p.name COLLATE NOCASE WHERE p.id <= 300 AND q.origin = 'clockify' AND NOT EXISTS (SELECT 1 FROM external_reference r WHERE r.kind = 'project' AND r.planning_id = q.id)"
        ) == "0")
      #expect(try shell.sql("SELECT count(*) > 20 FROM actual WHERE project_id <= 300") == "1")
      let audit = try await shell.run(["actuals", "audit", "--from", "2026-02-27", "--to", "2026-03-08"] + now)
      #expect(audit.status == 0, "\(audit.out)")
    }
  }
}
