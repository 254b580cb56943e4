/// `tokenstore inject`: adds the sidecar to the pods of manifests, as the chart's MutatingAdmissionPolicy does in a
/// cluster. One table of pods tests both: `src/test/resources/injection`.
@NullMarked
package dev.tokenstore.cli.injection;

import org.jspecify.annotations.NullMarked;
