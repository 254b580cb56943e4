/// The reconciler of OAuthTokenStore resources: look, decide, patch.
@NullMarked
package dev.tokenstore.operator.store;

import org.jspecify.annotations.NullMarked;
