/// The operator: its start, its settings, and how its parts are put together.
@NullMarked
package dev.tokenstore.operator;

import org.jspecify.annotations.NullMarked;
