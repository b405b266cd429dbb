internal import Builtin

/// Suspends the task until somebody resumes the continuation that `body` gets.
///
/// Without the hops to the executor it is on that `withUnsafeContinuation` makes before and after: each looks the task's
/// preference up under a lock, and the two are a fifth of the instructions that an echo takes outside of the kernel.
@inline(__always)
func suspended(_ body: (UnsafeContinuation<Void, Never>) -> Void) async {
    await Builtin.withUnsafeContinuation { (raw: Builtin.RawUnsafeContinuation) in
        // The public type has the raw continuation as its only field.
        unsafe body(Builtin.reinterpretCast(raw))
    } as Void
}
