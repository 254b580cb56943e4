/// What the storages of one machine share: its clock, the rows' versions, and the cleanup that an operator does in a
/// cluster.
@NullMarked
package dev.tokenstore.store.embedded;

import org.jspecify.annotations.NullMarked;
