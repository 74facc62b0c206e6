/// Rounding of summed seconds to whole minutes.
package enum Minutes {
  /// Half up, once per key and billable bucket (rule 39): 1,860 s is 31 min, 1,160 s is 19.
  package static func rounded(seconds: Int) -> Int {
    (seconds + 30) / 60
  }
}
