/// Jobs that may be done at the same time, after all of the phase before and before all of the next.
package struct Phase: Sendable {
  package let jobs: Int
  package let body: @Sendable (_ job: Int, _ worker: Int) -> Void

  package init(jobs: Int, body: @escaping @Sendable (_ job: Int, _ worker: Int) -> Void) {
    self.jobs = jobs
    self.body = body
  }
}
