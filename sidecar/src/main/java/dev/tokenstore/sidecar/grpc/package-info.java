/// The gRPC side of the sidecar: translates calls to the six operations and back, and decides nothing. The only package
/// that knows gRPC, netty and the generated messages.
@NullMarked
package dev.tokenstore.sidecar.grpc;

import org.jspecify.annotations.NullMarked;
