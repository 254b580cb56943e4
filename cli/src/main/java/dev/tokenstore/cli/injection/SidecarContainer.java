package dev.tokenstore.cli.injection;

import static java.util.stream.Collectors.joining;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.yaml.snakeyaml.nodes.Node;

/// The sidecar container that is put into pods, and the volumes, mounts and variables that it needs.
///
/// @param image of the container
/// @param pullPolicy of the image; empty for Kubernetes' default, which depends on the image's tag
/// @param user and group of the container; empty if the cluster assigns them
/// @param resources quantities by annotation, for pods without it
record SidecarContainer(String image, Optional<String> pullPolicy, Optional<Long> user, Map<String, String> resources) {
    /// The image of this version's chart, without a registry.
    static final String SHIPPED_IMAGE = "oauth-token-store/sidecar:0.1.0";

    static final String CONTAINER = "tokenstore";
    static final String SOCKET_VOLUME = "tokenstore-socket";
    static final String SOCKET_FOLDER = "/run/tokenstore";
    static final String ADDRESS_VARIABLE = "TOKENSTORE_ADDRESS";
    private static final String SOCKET = SOCKET_FOLDER + "/tokenstore.sock";
    private static final String SERVICE = "tokenstore.v1.TokenStoreService";
    private static final String ACCOUNT_VOLUME = "tokenstore-account";

    static final String ADDRESS = """
            name: %s
            value: unix:%s
            """.formatted(ADDRESS_VARIABLE, SOCKET);

    static final String SOCKET_MOUNT = """
            name: %s
            mountPath: %s
            """.formatted(SOCKET_VOLUME, SOCKET_FOLDER);

    /// The volume of the socket, and the service account's token for the sidecar alone.
    static final List<String> VOLUMES = List.of("""
            name: %s
            emptyDir:
              medium: Memory
              sizeLimit: 1Mi
            """.formatted(SOCKET_VOLUME), """
            name: %s
            projected:
              sources:
              - serviceAccountToken:
                  path: token
                  expirationSeconds: 3600
              - configMap:
                  name: kube-root-ca.crt
                  items:
                  - key: ca.crt
                    path: ca.crt
              - downwardAPI:
                  items:
                  - path: namespace
                    fieldRef:
                      fieldPath: metadata.namespace
            """.formatted(ACCOUNT_VOLUME));

    Node container(InjectionRequest request) {
        return YamlText.part("""
                name: %1$s
                image: %2$s%3$s
                restartPolicy: Always
                args:
                - --store=%4$s
                - --socket=%5$s
                - --tcp=%6$s
                - --metrics=0.0.0.0:%7$s
                - --health=0.0.0.0:%14$s
                ports:
                - name: ts-metrics
                  containerPort: %7$s
                - name: ts-health
                  containerPort: %14$s
                startupProbe:
                  grpc:
                    port: %14$s
                    service: "%8$s"
                  periodSeconds: 1
                  failureThreshold: 300
                livenessProbe:
                  httpGet:
                    path: /livez
                    port: ts-metrics
                  periodSeconds: 10
                  timeoutSeconds: 5
                  failureThreshold: 6
                resources:%9$s%10$s
                securityContext:
                  allowPrivilegeEscalation: false
                  readOnlyRootFilesystem: true
                  runAsNonRoot: true%15$s
                  capabilities:
                    drop:
                    - ALL
                  seccompProfile:
                    type: RuntimeDefault
                volumeMounts:
                - name: %11$s
                  mountPath: %12$s
                - name: %13$s
                  mountPath: /var/run/secrets/kubernetes.io/serviceaccount
                  readOnly: true
                """.formatted(
                CONTAINER,
                image,
                pullPolicy.map(policy -> "\nimagePullPolicy: " + policy).orElse(""),
                request.store(),
                SOCKET,
                request.tcpPort(),
                request.metricsPort(),
                request.waitsForStore() ? SERVICE : "",
                lines("requests", request.requests()),
                lines("limits", request.limits()),
                SOCKET_VOLUME,
                SOCKET_FOLDER,
                ACCOUNT_VOLUME,
                request.healthPort(),
                user.map("\n  runAsUser: %1$d\n  runAsGroup: %1$d"::formatted).orElse("")));
    }

    private static String lines(String kind, Map<String, String> quantities) {
        return "\n  " + kind + ":"
                + (quantities.isEmpty()
                        ? " {}"
                        : quantities.entrySet().stream()
                                .map(entry -> "\n    " + entry.getKey() + ": \"" + entry.getValue() + '"')
                                .collect(joining()));
    }
}
