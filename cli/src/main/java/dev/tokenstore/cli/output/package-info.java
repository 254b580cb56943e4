/// What a command answers with: its result as table, JSON or YAML, its errors and its exit code. Nothing here prints a
/// secret unless `--reveal` is given.
@NullMarked
package dev.tokenstore.cli.output;

import org.jspecify.annotations.NullMarked;
