// The service of echo.proto by grpc C++'s callback API, without interceptors or metrics.
#include <grpcpp/grpcpp.h>

#include <iostream>
#include <memory>
#include <string>

#include "echo.grpc.pb.h"

using google::protobuf::BytesValue;

namespace {

constexpr int kMessagesPerStream = 100;

class Repeater final : public grpc::ServerWriteReactor<BytesValue> {
 public:
  explicit Repeater(const BytesValue& message) : message_(message) { OnWriteDone(true); }

  void OnWriteDone(bool ok) override {
    if (!ok) {
      Finish(grpc::Status(grpc::StatusCode::CANCELLED, "the caller has gone"));
    } else if (written_ < kMessagesPerStream) {
      ++written_;
      StartWrite(&message_);
    } else {
      Finish(grpc::Status::OK);
    }
  }

  void OnDone() override { delete this; }

 private:
  const BytesValue message_;
  int written_ = 0;
};

class EchoService final : public chatrpc::bench::Echo::CallbackService {
 public:
  EchoService() { large_.set_value(std::string(1 << 20, 'x')); }

 private:
  grpc::ServerUnaryReactor* Unary(
      grpc::CallbackServerContext* context, const BytesValue* request, BytesValue* response) override {
    *response = *request;
    return Ok(context);
  }

  grpc::ServerUnaryReactor* Large(grpc::CallbackServerContext* context, const BytesValue*, BytesValue* response) override {
    *response = large_;
    return Ok(context);
  }

  grpc::ServerWriteReactor<BytesValue>* Stream(grpc::CallbackServerContext*, const BytesValue* request) override {
    return new Repeater(*request);
  }

  static grpc::ServerUnaryReactor* Ok(grpc::CallbackServerContext* context) {
    auto* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

  BytesValue large_;
};

}  // namespace

int main() {
  EchoService service;
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  std::unique_ptr<grpc::Server> server(builder.BuildAndStart());
  if (!server || port == 0) return 1;
  std::cout << "ready http://127.0.0.1:" << port << std::endl;
  server->Wait();
}
