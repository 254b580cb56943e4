/// Tokens in the memory of one process.
@NullMarked
package dev.tokenstore.store.memory;

import org.jspecify.annotations.NullMarked;
