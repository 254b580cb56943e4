/// Tokens in memory, for tests and trials.
@NullMarked
package dev.tokenstore.store.memory;

import org.jspecify.annotations.NullMarked;
