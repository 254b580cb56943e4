package dev.tokenstore.operator;

import dev.tokenstore.runtime.program.ProgramLog;
import java.util.Optional;
import java.util.Set;

/// The operator's settings, read once at start.
///
/// @param namespaces those whose stores are reconciled; empty for all
/// @param leaseNamespace of the lease by which one of several replicas leads; empty if there is only one
/// @param port of probes and metrics
record OperatorConfig(Set<String> namespaces, Optional<String> leaseNamespace, int port, ProgramLog.Format logFormat) {
    private static final String NAMESPACE = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";

    OperatorConfig {
        namespaces = Set.copyOf(namespaces);
        for (var namespace : namespaces) {
            requireNamespace("--namespace", namespace);
        }
        leaseNamespace.ifPresent(namespace -> requireNamespace("--lease-namespace", namespace));
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("--port: " + port + " is not a port; give one from 1 to 65535");
        }
    }

    private static void requireNamespace(String flag, String name) {
        if (!name.matches(NAMESPACE)) {
            throw new IllegalArgumentException(flag + ": \"" + name + "\" is not the name of a namespace");
        }
    }
}
