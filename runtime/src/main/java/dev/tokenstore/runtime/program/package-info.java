/// What a program is made of besides its work: command line, version, log, and the HTTP port of probes and metrics.
@NullMarked
package dev.tokenstore.runtime.program;

import org.jspecify.annotations.NullMarked;
