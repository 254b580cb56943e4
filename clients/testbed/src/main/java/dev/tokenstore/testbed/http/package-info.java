/// JSON over HTTP on loopback, as little as the testbed needs.
@NullMarked
package dev.tokenstore.testbed.http;

import org.jspecify.annotations.NullMarked;
