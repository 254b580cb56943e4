/// `tokenstore import`: decides about each row of a source, and carries the decisions out in batches.
@NullMarked
package dev.tokenstore.cli.migration;

import org.jspecify.annotations.NullMarked;
