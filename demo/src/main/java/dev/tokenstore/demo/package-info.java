/// The story that `./quickstart` plays: a day in the life of a token, with the real parts.
@NullMarked
package dev.tokenstore.demo;

import org.jspecify.annotations.NullMarked;
