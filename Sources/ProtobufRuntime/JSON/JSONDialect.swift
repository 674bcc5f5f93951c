/// The two ways in which a message is written as JSON.
public enum JSONDialect: Sendable, Hashable {
    /// The JSON mapping of proto3 (protobuf.dev, "ProtoJSON Format"): lowerCamelCase names, fields at their default
    /// left out, 64-bit integers as strings, enum values by their proto names, unknown members refused.
    case standard

    /// The JSON of the REST surface: the proto's own names, fields without presence always there, absent optionals
    /// left out, 64-bit integers as numbers while a double holds them exactly, enum values by their REST names,
    /// unknown members ignored, raw JSON fields as the value itself.
    ///
    /// Read, it takes lowerCamelCase names too, and 64-bit integers as strings.
    case rest
}
