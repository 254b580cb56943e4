/// Import of tokens: a pure plan, row by row against what is stored, and its execution in batches.
@NullMarked
package dev.tokenstore.cli.migration;

import org.jspecify.annotations.NullMarked;
