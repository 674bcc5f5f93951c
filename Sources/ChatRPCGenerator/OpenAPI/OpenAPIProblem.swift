/// The form of errors: what RESTGateway's Problem writes (RFC 9457, with members of its own).
enum OpenAPIProblem {
    static let response: JSONText = [
        "description": "An error, in the form of RFC 9457.",
        "content": ["application/problem+json": ["schema": ["$ref": "#/components/schemas/Problem"]]],
    ]

    static let schema: JSONText = [
        "type": "object",
        "description": "Why a call failed (RFC 9457).",
        "properties": .object([
            ("type", text("A URI for the kind of problem: about:blank.")),
            ("title", text("The phrase of the HTTP status.")),
            ("status", ["type": "integer", "description": "The HTTP status."]),
            ("detail", text("What went wrong, for people.")),
            ("code", text("The name of the gRPC status, such as INVALID_ARGUMENT.")),
            ("reason", text("What went wrong, for programs: a constant such as CONTENT_TOO_LARGE, or else the code.")),
            ("request_id", text("The id of the request in the server's log.")),
            (
                "errors",
                ["type": "array", "items": violation, "description": "Which fields of the request were wrong."]
            ),
            ("metadata", metadata),
        ]),
        "required": ["type", "title", "status", "detail", "code", "reason", "request_id"],
    ]

    private static let violation: JSONText = [
        "type": "object",
        "properties": [
            "field": text("The path of the field, such as messages[3].role."),
            "description": text("What is wrong with it."),
        ],
        "required": ["field", "description"],
    ]

    private static let metadata: JSONText = [
        "type": "object",
        "additionalProperties": ["type": "string"],
        "description": "Facts that belong to the reason.",
    ]

    private static func text(_ description: String) -> JSONText {
        ["type": "string", "description": .string(description)]
    }
}
