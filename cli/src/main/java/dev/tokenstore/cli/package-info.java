/// The `tokenstore` command: what its subcommands share, and the program.
@NullMarked
package dev.tokenstore.cli;

import org.jspecify.annotations.NullMarked;
