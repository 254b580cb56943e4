/// Whether a store can be used, and if not, why and what to do.
@NullMarked
package dev.tokenstore.cli.check;

import org.jspecify.annotations.NullMarked;
