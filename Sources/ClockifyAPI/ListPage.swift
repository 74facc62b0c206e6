import NIOCore

/// A page of a list that the import reads, as it was sent: for who keeps more of it than the import needs.
package struct ListPage: Sendable {
  package enum List: Sendable, Hashable { case workspaces, users, clients, projects, userGroups }

  package let list: List
  /// Empty for the list of workspaces.
  package let workspace: String
  /// nil: the list has been read to its end.
  let body: ByteBuffer?

  package var isEnd: Bool { body == nil }

  /// Row after row: the page never becomes a tree as a whole. What is no row is passed over.
  package func forEachRow(_ row: (JSONTree) -> Void) {
    body?.withUnsafeReadableBytes { raw in
      var scanner = JSONScanner(raw.bindMemory(to: UInt8.self))
      try? scanner.array { row(try JSONTree(&$0)) }
    }
  }
}

/// Who gets the pages of the import's lists, and which lists are asked for with more than the import needs.
package struct ListCarriage: Sendable {
  let lists: Set<ListPage.List>
  let take: @Sendable (ListPage) -> Void

  /// - Parameter lists: the list of workspaces always comes.
  package init(_ lists: Set<ListPage.List>, take: @escaping @Sendable (ListPage) -> Void) {
    self.lists = lists
    self.take = take
  }

  func has(_ list: ListPage.List) -> Bool { list == .workspaces || lists.contains(list) }
}
