/// The SDKs' own stores, read row by row.
@NullMarked
package dev.tokenstore.cli.migration.source;

import org.jspecify.annotations.NullMarked;
