/// The token: its fields, its values that check themselves, its identity.
@NullMarked
package dev.tokenstore.store.token;

import org.jspecify.annotations.NullMarked;
