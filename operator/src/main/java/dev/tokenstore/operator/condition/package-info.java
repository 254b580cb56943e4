/// Verdicts, and the conditions of a status that are made from them.
@NullMarked
package dev.tokenstore.operator.condition;

import org.jspecify.annotations.NullMarked;
