/// The Java client of the token store, and the rules that adapters for SDKs share.
///
/// Compiled for Java 11 and without any dependency: an app's framework may have every version of gRPC, protobuf and
/// netty.
/// So the few things that the contract needs of HTTP/2 and protobuf are here.
@NullMarked
package dev.tokenstore.client;

import org.jspecify.annotations.NullMarked;
