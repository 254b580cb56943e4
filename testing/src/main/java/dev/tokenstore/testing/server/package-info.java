/// The control plane of a real Kubernetes, etcd and API server, with controllers where they are asked for: its programs
/// are found, built or downloaded, started, shared between processes and stopped.
@NullMarked
package dev.tokenstore.testing.server;

import org.jspecify.annotations.NullMarked;
