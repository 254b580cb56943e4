/// A proxy before a real API server that loses, delays, doubles or refuses requests.
@NullMarked
package dev.tokenstore.testing.fault;

import org.jspecify.annotations.NullMarked;
