/// Tokens as Kubernetes Secrets.
@NullMarked
package dev.tokenstore.store.kubernetes;

import org.jspecify.annotations.NullMarked;
