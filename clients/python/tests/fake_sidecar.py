"""A sidecar that fails as it is told, for what the real one cannot be made to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
from google.protobuf.any_pb2 import Any as AnyMessage
from google.rpc import error_details_pb2, status_pb2

from oauth_token_store._proto.tokenstore.v1 import token_store_pb2 as pb

Answer = Callable[[Any, grpc.ServicerContext], Any]


class FakeSidecar:
    """Answers a call with what was set for its method, call after call; the last answer stays."""

    def __init__(self, address: str = "127.0.0.1:0", **answers: list[Answer]) -> None:
        self.calls: Counter[str] = Counter()
        self._answers = answers
        self._server = grpc.server(ThreadPoolExecutor(4), options=[("grpc.so_reuseport", 0)])
        service = pb.DESCRIPTOR.services_by_name["TokenStoreService"]
        handlers = {
            method.name: grpc.unary_unary_rpc_method_handler(
                self._handler(method.name),
                request_deserializer=getattr(pb, method.input_type.name).FromString,
                response_serializer=getattr(pb, method.output_type.name).SerializeToString,
            )
            for method in service.methods
        }
        self._server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service.full_name, handlers),))
        port = self._server.add_insecure_port(address)
        self.address = f"127.0.0.1:{port}"
        self._server.start()

    def _handler(self, method: str) -> Answer:
        def handle(request: Any, context: grpc.ServicerContext) -> Any:
            answers = self._answers[method]
            answer = answers[min(self.calls[method], len(answers) - 1)]
            self.calls[method] += 1
            return answer(request, context)

        return handle

    def stop(self) -> None:
        self._server.stop(None).wait()

    def __enter__(self) -> FakeSidecar:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def reply(message: Any) -> Answer:
    return lambda request, context: message


def failure(
    status: grpc.StatusCode, text: str, reason: str | None = None, domain: str = "tokenstore.dev", **metadata: str
) -> Answer:
    """A failure with an ErrorInfo, or, without reason, one of gRPC itself."""

    def answer(request: Any, context: grpc.ServicerContext) -> Any:
        if reason is not None:
            detail = AnyMessage()
            detail.Pack(error_details_pb2.ErrorInfo(reason=reason, domain=domain, metadata=metadata))
            rich = status_pb2.Status(code=status.value[0], message=text, details=[detail])
            context.set_trailing_metadata([("grpc-status-details-bin", rich.SerializeToString())])
        context.abort(status, text)

    return answer
