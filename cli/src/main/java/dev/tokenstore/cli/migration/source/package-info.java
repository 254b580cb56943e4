/// Where tokens come from: what the SDKs' own stores wrote, read row by row.
@NullMarked
package dev.tokenstore.cli.migration.source;

import org.jspecify.annotations.NullMarked;
