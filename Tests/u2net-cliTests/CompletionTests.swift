import Foundation
import Testing

/// What is a path is completed as one: of what it knows nothing about, ArgumentParser's scripts offer nothing, not even files.
struct CompletionTests {
  private struct Help: Decodable {
    struct Nothing: Decodable {}
    struct Argument: Decodable {
      let valueName: String?
      let kind: String
      let completionKind: [String: Nothing]?
    }
    struct Command: Decodable {
      let commandName: String
      let arguments: [Argument]?
      let subcommands: [Command]?
    }
    let command: Command
  }

  @Test func pathsAreCompleted() throws {
    let help = try JSONDecoder().decode(Help.self, from: run(["--experimental-dump-help"]).output)
    var count = 0
    for command in help.command.subcommands ?? [] {
      for argument in command.arguments ?? [] {
        let name = argument.valueName ?? ""
        let isFolder = name == "dir"
        guard isFolder || name.hasPrefix("file") || ["path", "input", "inputs", "output"].contains(name) else {
          continue
        }
        let kinds = Set((argument.completionKind ?? [:]).keys)
        #expect(
          !kinds.isDisjoint(with: isFolder ? ["directory"] : ["file", "directory"]), "\(command.commandName) \(name)")
        count += 1
      }
    }
    #expect(count > 50)
  }
}
