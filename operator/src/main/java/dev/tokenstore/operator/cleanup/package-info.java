/// Which tokens are due for deletion, and their deletion.
@NullMarked
package dev.tokenstore.operator.cleanup;

import org.jspecify.annotations.NullMarked;
