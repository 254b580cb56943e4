/// The store of a command, reached through a sidecar or directly in a cluster.
@NullMarked
package dev.tokenstore.cli.store;

import org.jspecify.annotations.NullMarked;
