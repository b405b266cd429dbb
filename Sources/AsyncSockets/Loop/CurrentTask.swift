/// A number that only the current task has, 0 outside of tasks.
///
/// The bits are what tells tasks apart at the least cost: `hashValue` would hash them.
var currentTaskBits: Int {
    // They are compared only; nobody looks at what they point to.
    unsafe withUnsafeCurrentTask { task in unsafe unsafeBitCast(task, to: Int.self) }
}
