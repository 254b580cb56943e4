/// What the tests of the clients, in any language, need around them: sidecars on a real API server and a fake vendor.
@NullMarked
package dev.tokenstore.testbed;

import org.jspecify.annotations.NullMarked;
