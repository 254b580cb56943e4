/// A whole Kubernetes of one node that runs pods, and images for it that are made of local files.
@NullMarked
package dev.tokenstore.testing.node;

import org.jspecify.annotations.NullMarked;
