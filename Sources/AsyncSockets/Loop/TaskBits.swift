internal import Builtin

/// Tasks, known by their bits: what tells them apart at the least cost, as `hashValue` would hash them.
enum TaskBits {
    /// A number that only the current task has, 0 outside of tasks.
    static var ofCurrent: Int {
        @inline(__always)
        get {
            guard let task = _getCurrentAsyncTask() else { return 0 }
            // The compiler takes it for a new reference, which it is not: the runtime retains nothing. So nothing is released.
            let kept = unsafe Unmanaged.passRetained(unsafeBitCast(task, to: AnyObject.self))
            return unsafe Int(bitPattern: kept.toOpaque())
        }
    }

    /// Whether the task with these bits, which lives, was cancelled. A third of what it costs to ask who the task is, first.
    @inline(__always)
    static func isCancelled(_ bits: Int) -> Bool {
        // The bits are the task's address.
        let task = unsafe unsafeBitCast(bits, to: Unmanaged<AnyObject>.self)
        return unsafe task._withUnsafeGuaranteedRef { taskIsCancelled(Builtin.unsafeCastToNativeObject($0)) }
    }
}

@_silgen_name("swift_task_isCancelled")
private func taskIsCancelled(_ task: Builtin.NativeObject) -> Bool
