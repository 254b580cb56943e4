/// The six operations of a token store and the storage they stand on.
@NullMarked
package dev.tokenstore.store;

import org.jspecify.annotations.NullMarked;
