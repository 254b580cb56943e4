/// What operator and sidecar both know of the store.
@NullMarked
package dev.tokenstore.api;

import org.jspecify.annotations.NullMarked;
