import Foundation

/// The sanitizers that are built in, which do some things of their own.
public enum Sanitizer {
    /// Whether memory is watched. What was given back is kept for a while.
    public static let address = isLinked("__asan_init")
    /// Whether accesses are watched. The first thread that a program makes is one more, of the sanitizer's own.
    public static let thread = isLinked("__tsan_init")

    /// How often to do something that is worth this many times, where each takes up to a hundred times longer.
    public static func times(_ count: Int) -> Int { thread ? max(1, count / 20) : count }

    private static func isLinked(_ name: String) -> Bool {
        // Nothing is done with the address.
        unsafe dlsym(nil, name) != nil
    }
}
