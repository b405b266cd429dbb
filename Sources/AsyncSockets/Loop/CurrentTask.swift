/// The task that is running, known by its bits: what tells tasks apart at the least cost, as `hashValue` would hash them.
enum CurrentTask {
    /// A number that only the current task has, 0 outside of tasks.
    static var bits: Int {
        @inline(__always)
        get {
            // They are compared only; nobody looks at what they point to.
            unsafe withUnsafeCurrentTask { task in unsafe unsafeBitCast(task, to: Int.self) }
        }
    }
}
