/// How commands print what they know: for people, and for programs. Nothing here prints a secret unasked.
@NullMarked
package dev.tokenstore.cli.output;

import org.jspecify.annotations.NullMarked;
