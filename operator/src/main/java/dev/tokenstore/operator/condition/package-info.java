/// Verdicts, and the conditions that say them.
@NullMarked
package dev.tokenstore.operator.condition;

import org.jspecify.annotations.NullMarked;
