/// Removals that a brake stopped and that wait for a person (rule 53).
package struct Removals: Subject {
  let session: StoreSession

  package func replace(_ keys: [Int], run: Int64) throws {
    try db.execute(sql: "DELETE FROM delete_plan")
    for key in keys { try statement("INSERT INTO delete_plan VALUES (?, ?)").bind(1, run).bind(2, key).run() }
  }

  package func plan() throws -> (run: Int64, keys: Set<Int>)? {
    var run: Int64?
    var keys: Set<Int> = []
    try statement("SELECT import_run_id, entry_key FROM delete_plan").forEach { row in
      run = row.int64(0)
      keys.insert(row.int(1))
    }
    return run.map { (run: $0, keys: keys) }
  }
}
