/// Meters, and the port that serves them with the probes.
@NullMarked
package dev.tokenstore.operator.metrics;

import org.jspecify.annotations.NullMarked;
