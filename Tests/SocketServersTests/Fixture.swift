import TestSupport

extension Program {
    /// Starts the program with one thread, `ForkingFixture`.
    static func fixture(_ arguments: String...) throws -> Program { try Program(built("ForkingFixture"), arguments) }
}
