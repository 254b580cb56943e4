package dev.tokenstore.operator;

import java.util.Set;

/// Everything the operator can be told from outside, read once at start.
///
/// @param namespaces those whose stores are reconciled; empty for all
/// @param port of probes and metrics
record OperatorConfig(Set<String> namespaces, int port, LogFormat logFormat) {
    /// How log lines are written.
    enum LogFormat {
        text,
        json
    }

    OperatorConfig {
        namespaces = Set.copyOf(namespaces);
        for (var namespace : namespaces) {
            if (!namespace.matches("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")) {
                throw new IllegalArgumentException("--namespace: \"" + namespace + "\" is not the name of a namespace");
            }
        }
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("--port: " + port + " is not a port; give one from 1 to 65535");
        }
    }
}
