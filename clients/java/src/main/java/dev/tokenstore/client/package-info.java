/// The token store for Java apps: the six operations of a sidecar, and the rules by which an SDK's token meets them.
///
/// Compiled for Java 11; drags in gRPC and protobuf, nothing else.
@NullMarked
package dev.tokenstore.client;

import org.jspecify.annotations.NullMarked;
