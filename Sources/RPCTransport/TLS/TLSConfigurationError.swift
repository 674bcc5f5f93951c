/// A certificate, a key or an authority that can't be used: which file, and why.
public struct TLSConfigurationError: Error, CustomStringConvertible {
    /// For the person who runs the program: it names the file.
    public var description: String
    public var cause: (any Error)?

    init(_ description: String, cause: (any Error)? = nil) {
        self.description = description
        self.cause = cause
    }
}
