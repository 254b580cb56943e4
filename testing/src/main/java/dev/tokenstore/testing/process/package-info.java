/// Programs that tests run as processes of this machine, and what processes share: ports, locks, folders, logs.
@NullMarked
package dev.tokenstore.testing.process;

import org.jspecify.annotations.NullMarked;
