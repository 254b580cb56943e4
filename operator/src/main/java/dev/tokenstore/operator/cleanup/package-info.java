/// Which tokens there are, which of them are due, and their deletion.
@NullMarked
package dev.tokenstore.operator.cleanup;

import org.jspecify.annotations.NullMarked;
