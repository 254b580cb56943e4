/// Tokens in a SQLite file, for machines without a cluster.
@NullMarked
package dev.tokenstore.store.sqlite;

import org.jspecify.annotations.NullMarked;
