/// A real Kubernetes API server for tests and demos, with controllers where they are asked for: found, built or
/// downloaded, started, shared and stopped. Tests use [KubernetesForTests], programs use [KubernetesServer].
@NullMarked
package dev.tokenstore.testing;

import org.jspecify.annotations.NullMarked;
