/// The product as tests and demos use it: its programs as processes, what `deploy/` installs, and stores in namespaces.
@NullMarked
package dev.tokenstore.testing.product;

import org.jspecify.annotations.NullMarked;
