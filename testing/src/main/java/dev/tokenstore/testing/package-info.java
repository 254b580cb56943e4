/// What tests use directly: a Kubernetes for a test class ([KubernetesForTests]) or for a program ([TestCluster]), and
/// the set-up that the tests of several modules share.
@NullMarked
package dev.tokenstore.testing;

import org.jspecify.annotations.NullMarked;
