/// The six operations of a token store, and the interface of the storages below them.
@NullMarked
package dev.tokenstore.store;

import org.jspecify.annotations.NullMarked;
