/// The operator's meters.
@NullMarked
package dev.tokenstore.operator.metrics;

import org.jspecify.annotations.NullMarked;
