import U2Net
import U2NetCHeader
import U2NetPlatform

/// Why a call fails: a code, and words that name what it is about.
struct Failure: Error {
  let status: u2net_status
  let message: String

  private init(_ status: Int, _ message: String) { (self.status, self.message) = (u2net_status(status), message) }

  static func invalid(_ message: String) -> Failure { Failure(Int(U2NET_INVALID), message) }
  static func failed(_ message: String) -> Failure { Failure(Int(U2NET_FAILED), message) }

  init(_ error: any Error) {
    let status =
      switch error {
      case let failure as Failure: Int(failure.status)
      case is SettingsError: Int(U2NET_INVALID)
      // A network that does not fit; and names that are none.
      case let error as PipelineError: Int(error.isUsage ? U2NET_INVALID : U2NET_OUT_OF_MEMORY)
      case ImageError.outOfMemory, PhotoError.outOfMemory, PhotoError.mattingFailed: Int(U2NET_OUT_OF_MEMORY)
      case ImageError.unwritable, is PhotoError: Int(U2NET_FAILED)
      case is ImageError, is WeightFileError: Int(U2NET_UNREADABLE)
      case is CancellationError: Int(U2NET_CANCELLED)
      default: Int(U2NET_FAILED)
      }
    let message =
      switch error {
      case let failure as Failure: failure.message
      case is CancellationError: "cancelled"
      default: "\(error)"
      }
    self.init(status, message)
  }
}

/// What a call came to; why it failed is kept for the thread that made it.
func status(_ body: () throws -> Void) -> u2net_status {
  do {
    try body()
    return u2net_status(U2NET_OK)
  } catch {
    let failure = Failure(error)
    LastMessage.keep(failure.message)
    return failure.status
  }
}

/// The message of a thread's last failure, which ends with the thread.
enum LastMessage {
  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    pthread_key_create(&key) { free($0) }
    return key
  }()

  static func keep(_ message: String) {
    free(pthread_getspecific(key))
    pthread_setspecific(key, strdup(message))
  }

  static var current: UnsafePointer<CChar> {
    pthread_getspecific(key).map { UnsafePointer($0.assumingMemoryBound(to: CChar.self)) } ?? Constant.empty
  }
}

/// Strings that stay.
enum Constant {
  nonisolated(unsafe) static let empty = constant("")
  nonisolated(unsafe) static let version = constant(U2NetVersion.current)
  nonisolated(unsafe) static let models = Model.allCases.map { constant($0.rawValue) }

  private static func constant(_ text: String) -> UnsafePointer<CChar> { UnsafePointer(strdup(text)!) }
}
