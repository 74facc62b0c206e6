/// What one may ask of the database, for people and programs.
package struct Questions: Subject {
  let session: StoreSession
}
