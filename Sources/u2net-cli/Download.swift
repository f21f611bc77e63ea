#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A download into a file that can be resumed, done by curl, which knows proxies, certificates and retries.
struct Download {
  let url: String
  /// The file that grows; what is in it already is not fetched again.
  let part: String

  /// - Parameter otherwise: what else the user can do, for the error message.
  func run(otherwise: String) throws(CommandFailure) {
    var code = try fetch(otherwise)
    if code == Self.cannotResume && access(part, F_OK) == 0 {
      unlink(part)
      code = try fetch(otherwise)
    }
    guard code == 0 else {
      let kept =
        access(part, F_OK) == 0 ? "; what arrived is kept in \(part), and the same command resumes the download" : ""
      throw CommandFailure(
        "\(url): the download failed (curl's exit code \(code))\(kept). You can also fetch the file by other means and "
          + "run `u2net weights … --from FILE`, \(otherwise)")
    }
  }

  /// What curl ends with if the server cannot send the rest of a file.
  private static let cannotResume: Int32 = 33

  /// Runs curl and returns its exit code.
  private func fetch(_ otherwise: String) throws(CommandFailure) -> Int32 {
    var arguments = ["curl", "--fail", "--location", "--continue-at", "-", "--connect-timeout", "20", "--retry", "2"]
    arguments += isatty(STDERR_FILENO) == 1 ? ["--progress-bar"] : ["--silent", "--show-error"]
    arguments += ["--output", part, "--", url]
    var process = pid_t()
    let words = arguments.map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    let problem = posix_spawnp(&process, "curl", nil, nil, words, environ)
    guard problem == 0 else {
      throw CommandFailure(
        "\(url): cannot run curl (\(String(cString: strerror(problem)))): install it with `apt-get install curl`, "
          + "or fetch the file by other means and run `u2net weights … --from FILE`, \(otherwise)")
    }
    var status: Int32 = 0
    while waitpid(process, &status, 0) == -1 && errno == EINTR {}
    return (status >> 8) & 0xff
  }
}
