/// A value with an exact text form: what it prints, it also parses, and so it is coded.
public protocol TextRepresentable: LosslessStringConvertible, Codable {
    /// Reads the text form, and says what is wrong with any other text.
    ///
    /// - Throws: ``AddressError`` with the reason, the text and the part to blame.
    init(parsing text: String) throws(AddressError)
}

extension TextRepresentable {
    /// Reads the text form, or gives nil; `init(parsing:)` says why.
    public init?(_ description: String) {
        do { try self.init(parsing: description) } catch { return nil }
    }

    /// Decodes the text form from a single string.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        do {
            try self.init(parsing: container.decode(String.self))
        } catch let error as AddressError {
            let message = error.description
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: message, underlyingError: error))
        }
    }

    /// Encodes the text form as a single string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
