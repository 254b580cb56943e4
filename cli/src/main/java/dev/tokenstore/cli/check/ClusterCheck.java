package dev.tokenstore.cli.check;

import static dev.tokenstore.cli.output.ExitCode.DENIED;
import static dev.tokenstore.cli.output.ExitCode.FAILED;
import static dev.tokenstore.cli.output.ExitCode.NOT_FOUND;
import static dev.tokenstore.cli.output.ExitCode.UNREACHABLE;

import dev.tokenstore.api.OAuthTokenStore;
import dev.tokenstore.runtime.kubernetes.ConnectionFailure;
import io.fabric8.kubernetes.api.model.authentication.SelfSubjectReview;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReviewBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/// Checks whether a store of a cluster exists and is ready, and which rights the kubeconfig's user has on it.
final class ClusterCheck {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final String TOKEN_STORES = "tokenstore.dev";

    private final Config config;
    private final String namespace;
    private final String name;

    ClusterCheck(Config config, String namespace, String name) {
        this.config = new ConfigBuilder(config)
                .withRequestRetryBackoffLimit(0)
                .withRequestTimeout((int) LIMIT.toMillis())
                .withConnectionTimeout((int) LIMIT.toMillis())
                .build();
        this.namespace = namespace;
        this.name = name;
    }

    /// Returns the findings, each of which depends on those before it; ends where the next check makes no sense.
    List<Finding> run() {
        var findings = new ArrayList<Finding>();
        try (var client = new KubernetesClientBuilder()
                .withConfig(config)
                .withHttpClientFactory(new JdkHttpClientFactory())
                .build()) {
            try {
                findings.add(server(client));
                var account = account(client);
                findings.add(Finding.ok("account", "you are " + account));
                findings.addAll(rights(client, account));
            } catch (KubernetesClientException e) {
                findings.add(failed(e));
                return findings;
            }
            findings.addAll(store(client));
        }
        return findings;
    }

    private Finding server(KubernetesClient client) {
        var version = client.getKubernetesVersion().getGitVersion();
        return Finding.ok("api-server", "Kubernetes " + version + " answers at " + ConnectionFailure.addressOf(config));
    }

    private static String account(KubernetesClient client) {
        var review = Objects.requireNonNull(
                client.authentication().v1().selfSubjectReviews().create(new SelfSubjectReview()));
        return review.getStatus().getUserInfo().getUsername();
    }

    private Finding failed(KubernetesClientException e) {
        if (e.getCode() == HttpURLConnection.HTTP_UNAUTHORIZED) {
            return Finding.failed(
                    "account",
                    "the API server does not accept the credentials of this kubeconfig; renew them, or give --kubeconfig"
                            + " or --context",
                    DENIED);
        }
        return Finding.failed("api-server", ConnectionFailure.of(e, config).message(), UNREACHABLE);
    }

    /// Checks the rights that the six operations need, which are those of the shipped client role.
    private List<Finding> rights(KubernetesClient client, String account) {
        var findings = new ArrayList<Finding>();
        findings.add(right(client, account, TOKEN_STORES, "oauthtokenstores", "get"));
        for (var verb : List.of("get", "list", "create", "patch", "delete")) {
            findings.add(right(client, account, "", "secrets", verb));
        }
        return findings;
    }

    private Finding right(KubernetesClient client, String account, String group, String resource, String verb) {
        var review = client.authorization()
                .v1()
                .selfSubjectAccessReview()
                .create(new SelfSubjectAccessReviewBuilder()
                        .withNewSpec()
                        .withNewResourceAttributes()
                        .withNamespace(namespace)
                        .withGroup(group)
                        .withResource(resource)
                        .withVerb(verb)
                        .endResourceAttributes()
                        .endSpec()
                        .build());
        var check = "right-" + verb + "-" + resource;
        if (Objects.requireNonNull(review).getStatus().getAllowed()) {
            return Finding.ok(check, "you may " + verb + " " + resource + " in namespace " + namespace);
        }
        return Finding.failed(
                check,
                account + " may not " + verb + " " + resource + " in namespace " + namespace
                        + "; let an administrator name the account in spec.access of the store, or bind the role"
                        + " oauth-token-store-client to it there",
                DENIED);
    }

    private List<Finding> store(KubernetesClient client) {
        try {
            var store = client.resources(OAuthTokenStore.class)
                    .inNamespace(namespace)
                    .withName(name)
                    .get();
            if (store == null) {
                return List.of(Finding.failed(
                        "store",
                        "there is no OAuthTokenStore " + name + " in namespace " + namespace
                                + " (or the cluster does not know the kind); create it, or name another store",
                        NOT_FOUND));
            }
            return health(store);
        } catch (KubernetesClientException e) {
            var denied = e.getCode() == HttpURLConnection.HTTP_FORBIDDEN;
            return List.of(
                    denied
                            ? Finding.failed(
                                    "store",
                                    "store " + namespace + "/" + name + " does not exist, or you may not see it",
                                    DENIED)
                            : failed(e));
        }
    }

    private List<Finding> health(OAuthTokenStore store) {
        var findings = new ArrayList<Finding>();
        findings.add(Finding.ok("store", "OAuthTokenStore " + namespace + "/" + name + " is there"));
        var status = store.getStatus();
        if (status == null || status.conditions().isEmpty()) {
            findings.add(Finding.failed(
                    "operator",
                    "no operator has looked at this store: nothing is cleaned up and nobody is given access; install the"
                            + " operator, or look at its log",
                    FAILED));
            return findings;
        }
        var generation = store.getMetadata().getGeneration();
        findings.add(
                Objects.equals(generation, status.observedGeneration())
                        ? Finding.ok("operator", "it has seen the store's current spec")
                        : Finding.failed(
                                "operator", "it has not seen the store's current spec yet; look at its log", FAILED));
        for (var condition : status.conditions()) {
            findings.add(condition(
                    condition.getType(), condition.getStatus(), condition.getReason(), condition.getMessage()));
        }
        var tokens = status.tokens();
        if (tokens != null) {
            findings.add(Finding.ok(
                    "tokens",
                    "%d tokens: %d valid, %d to be renewed, %d expired, %d unusable"
                            .formatted(
                                    tokens.total(),
                                    tokens.valid(),
                                    tokens.refreshable(),
                                    tokens.expired(),
                                    tokens.unusable())));
        }
        return findings;
    }

    /// Without the conditions `Ready` and `AccessGranted` apps fail; without the others they do not.
    private static Finding condition(String type, String status, String reason, String message) {
        var check = "condition-" + type.toLowerCase(Locale.ROOT);
        var detail = reason + (message == null || message.isBlank() ? "" : ": " + message);
        if (status.equals("True")) {
            return Finding.ok(check, detail);
        }
        return type.equals("Ready") || type.equals("AccessGranted")
                ? Finding.failed(check, detail, FAILED)
                : Finding.warning(check, detail);
    }
}
