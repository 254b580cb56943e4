/// The Java client of the token store, and the rules that adapters for SDKs share.
///
/// Compiled for Java 11; depends on gRPC and protobuf only.
@NullMarked
package dev.tokenstore.client;

import org.jspecify.annotations.NullMarked;
