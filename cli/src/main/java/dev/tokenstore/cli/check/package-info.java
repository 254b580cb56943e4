/// `tokenstore check`: whether a store can be used, and what to do if not.
@NullMarked
package dev.tokenstore.cli.check;

import org.jspecify.annotations.NullMarked;
