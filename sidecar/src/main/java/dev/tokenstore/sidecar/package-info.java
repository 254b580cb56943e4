/// The sidecar program: its settings, its life cycle, its probes and metrics.
@NullMarked
package dev.tokenstore.sidecar;

import org.jspecify.annotations.NullMarked;
