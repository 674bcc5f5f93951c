// What a caller needs to name: messages (GeneratedMessages), how to fill them (ProtobufRuntime), metadata and errors
// (RPCCore). With these, `import ChatRPCClient` is enough.
@_exported public import GeneratedMessages
@_exported public import ProtobufRuntime
@_exported public import RPCCore
