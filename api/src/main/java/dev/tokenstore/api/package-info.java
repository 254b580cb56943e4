/// The model that operator and sidecar share: the custom resource, the layout of a token's Secret, the API server's
/// clock, and the decision when and why the time of a token is over.
@NullMarked
package dev.tokenstore.api;

import org.jspecify.annotations.NullMarked;
