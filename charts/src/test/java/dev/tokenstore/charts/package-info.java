@NullMarked
package dev.tokenstore.charts;

import org.jspecify.annotations.NullMarked;
