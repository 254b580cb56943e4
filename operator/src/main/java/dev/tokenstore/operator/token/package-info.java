/// The operator's view of token Secrets: their metadata, and an index of it.
@NullMarked
package dev.tokenstore.operator.token;

import org.jspecify.annotations.NullMarked;
