/// The program `tokenstore`, and its commands on single tokens and lists.
@NullMarked
package dev.tokenstore.cli;

import org.jspecify.annotations.NullMarked;
