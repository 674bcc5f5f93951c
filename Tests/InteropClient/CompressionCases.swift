import GeneratedInteropMessages
import ProtobufRuntime
import RPCCore

/// Messages that are compressed, and such as are not, and whether the other side can tell.
extension InteropCalls {
    private var compressing: CallOptions {
        var options = options
        options.compression = .gzip
        return options
    }

    func clientCompressedUnary() async throws {
        try await expect("the probe", failsWith: .invalidArgument) {
            _ = try await service.unaryCall(Self.largeRequest(expectCompressed: true), options: options)
        }
        for (isCompressed, options) in [(true, compressing), (false, options)] {
            let response = try await service.unaryCall(
                Self.largeRequest(expectCompressed: isCompressed), options: options)
            try expect("the response's payload", response.payload, hasSize: 314_159)
        }
    }

    func serverCompressedUnary() async throws {
        for isCompressed in [true, false] {
            var request = Self.largeRequest
            request.responseCompressed = BoolValue.with { $0.value = isCompressed }
            let response = try await channel.unary(TestService.Methods.unaryCall, request, options: options)
            try expect("the response's payload", response.message.payload, hasSize: 314_159)
            try expect("whether the response is compressed", response.wasCompressed, is: isCompressed)
        }
    }

    func clientCompressedStreaming() async throws {
        try await expect("the probe", failsWith: .invalidArgument) {
            _ = try await service.streamingInputCall(options: compressing) { requests in
                try await requests.write(.zeros(27_182, expectCompressed: true), compressed: false)
            }
        }
        let response = try await service.streamingInputCall(options: compressing) { requests in
            try await requests.write(.zeros(27_182, expectCompressed: true))
            try await requests.write(.zeros(45_904, expectCompressed: false), compressed: false)
        }
        try expect("aggregated_payload_size", response.aggregatedPayloadSize, is: 73_086)
    }

    func serverCompressedStreaming() async throws {
        let expected: [(isCompressed: Bool, size: Int32)] = [(true, 31_415), (false, 92_653)]
        let request = StreamingOutputCallRequest.with {
            for (isCompressed, size) in expected {
                $0.responseParameters.append(
                    ResponseParameters.with {
                        $0.compressed.value = isCompressed
                        $0.size = size
                    })
            }
        }
        try await service.streamingOutputCall(request, options: options) { responses in
            var rest = expected[...]
            for try await response in responses {
                guard let (isCompressed, size) = rest.popFirst() else {
                    throw Mismatch(description: "more than \(expected.count) responses came")
                }
                try expect("the response's payload", response.payload, hasSize: size)
                try expect(
                    "whether the response is compressed", responses.lastMessageWasCompressed, is: isCompressed)
            }
            try expect("the number of responses that are missing", rest.count, is: 0)
        }
    }

    private static func largeRequest(expectCompressed: Bool) -> SimpleRequest {
        var request = largeRequest
        request.expectCompressed = BoolValue.with { $0.value = expectCompressed }
        return request
    }
}

extension StreamingInputCallRequest {
    fileprivate static func zeros(_ count: Int, expectCompressed: Bool) -> StreamingInputCallRequest {
        StreamingInputCallRequest.with {
            $0.payload = .zeros(count)
            $0.expectCompressed = BoolValue.with { $0.value = expectCompressed }
        }
    }
}
