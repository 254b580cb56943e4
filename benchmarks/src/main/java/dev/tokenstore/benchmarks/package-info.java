/// What the product promises about size and speed, measured on a real API server with the real programs.
@NullMarked
package dev.tokenstore.benchmarks;

import org.jspecify.annotations.NullMarked;
