/// Tests of the whole way: pods on a real node.
@NullMarked
package dev.tokenstore.system;

import org.jspecify.annotations.NullMarked;
