/// Building blocks that every program of the project shares: backoff, rate limiting, bounded concurrency, values with
/// an age.
@NullMarked
package dev.tokenstore.runtime;

import org.jspecify.annotations.NullMarked;
