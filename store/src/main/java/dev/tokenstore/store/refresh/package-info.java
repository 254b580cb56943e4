/// Coordinated refresh: of all callers that find a due token, one refreshes it and the others wait for what it saves.
@NullMarked
package dev.tokenstore.store.refresh;

import org.jspecify.annotations.NullMarked;
