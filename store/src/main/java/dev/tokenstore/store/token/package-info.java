/// The token: its fields, with values that are checked when they are made, and its ids.
@NullMarked
package dev.tokenstore.store.token;

import org.jspecify.annotations.NullMarked;
