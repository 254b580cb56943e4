/// Building blocks around the Kubernetes client: kubeconfigs, and lists in pages.
@NullMarked
package dev.tokenstore.runtime.kubernetes;

import org.jspecify.annotations.NullMarked;
