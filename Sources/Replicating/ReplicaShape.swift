package import PlanningStore

extension ReplicaTable {
  /// As the store writes it.
  package var shape: ReplicaShape {
    func stored(_ columns: [ReplicaColumn]) -> [String] { columns.flatMap { $0.stored.map(\.name) } }
    return ReplicaShape(
      table: name, columns: stored(columns(by: .replica)), isImports: isImports,
      children: children.map { child in
        .init(
          table: child.table, columns: stored(child.columns), keyCount: child.key.count,
          parentColumn: parentColumn(of: child),
          keeping: child.keepsGone
            ? .init(condition: child.condition, hasRun: child.table == "clockify_membership") : nil)
      })
  }
}
