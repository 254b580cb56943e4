package dev.tokenstore.charts;

import dev.tokenstore.testing.KubernetesForTests;
import java.util.List;
import java.util.Locale;

/// The kinds of the Prometheus operator that the chart renders, defined without the schema that only that operator
/// ships.
final class PrometheusKinds {
    private static final List<String> KINDS = List.of("PodMonitor", "ServiceMonitor", "PrometheusRule");

    private PrometheusKinds() {}

    static void defineIn(KubernetesForTests kubernetes) {
        for (var kind : KINDS) {
            var plural = kind.toLowerCase(Locale.ROOT) + "s";
            kubernetes.apply("""
                    apiVersion: apiextensions.k8s.io/v1
                    kind: CustomResourceDefinition
                    metadata: {name: %s.monitoring.coreos.com}
                    spec:
                      group: monitoring.coreos.com
                      scope: Namespaced
                      names: {kind: %s, plural: %s}
                      versions:
                      - name: v1
                        served: true
                        storage: true
                        schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
                    """.formatted(plural, kind, plural));
        }
    }
}
