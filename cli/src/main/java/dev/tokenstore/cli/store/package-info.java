/// The store that a command works on, through a sidecar or directly in a cluster.
@NullMarked
package dev.tokenstore.cli.store;

import org.jspecify.annotations.NullMarked;
