package dev.tokenstore.demo;

import dev.tokenstore.api.OAuthTokenStore;
import dev.tokenstore.api.OAuthTokenStoreStatus;
import dev.tokenstore.api.TokenSecretLayout;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/// What an administrator sees of a store.
record StoreInCluster(KubernetesClient client, String namespace, String name) {
    List<Secret> secrets() {
        return client.secrets()
                .inNamespace(namespace)
                .withLabel(TokenSecretLayout.STORE_LABEL, name)
                .list()
                .getItems();
    }

    Secret onlySecret() {
        var secrets = secrets();
        if (secrets.size() != 1) {
            throw new StepFailedException(
                    "one Secret was expected in namespace " + namespace + ", there are " + secrets.size());
        }
        return secrets.getFirst();
    }

    OAuthTokenStore resource() {
        return Optional.ofNullable(client.resources(OAuthTokenStore.class)
                        .inNamespace(namespace)
                        .withName(name)
                        .get())
                .orElseThrow(() -> new StepFailedException("OAuthTokenStore " + name + " is gone"));
    }

    boolean isReady() {
        return conditions().stream()
                .anyMatch(condition -> condition.getType().equals("Ready")
                        && condition.getStatus().equals("True"));
    }

    private List<Condition> conditions() {
        var status = resource().getStatus();
        return status == null ? List.of() : status.conditions();
    }

    Optional<OAuthTokenStoreStatus.LastCleanup> lastCleanup() {
        return Optional.ofNullable(resource().getStatus()).map(OAuthTokenStoreStatus::lastCleanup);
    }

    /// Counts, last cleanup and conditions, a line each.
    String describedStatus() {
        var lines = new ArrayList<String>();
        Optional.ofNullable(resource().getStatus())
                .map(OAuthTokenStoreStatus::tokens)
                .ifPresent(tokens -> lines.add("tokens " + tokens.total() + ", of which valid " + tokens.valid()));
        lastCleanup().ifPresent(cleanup -> lines.add("last cleanup " + cleanup.time() + ": " + cleanup.deleted()));
        conditions()
                .forEach(condition -> lines.add(
                        condition.getType() + " " + condition.getStatus() + ", reason " + condition.getReason()));
        return String.join("\n", lines);
    }

    void setSessionTimeout(String timeout) {
        client.resources(OAuthTokenStore.class)
                .inNamespace(namespace)
                .withName(name)
                .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":{\"sessionTimeout\":\"" + timeout + "\"}}");
    }

    /// The reasons and notes of the events about the store.
    List<String> events() {
        return client.events().v1().events().inNamespace(namespace).list().getItems().stream()
                .filter(event -> name.equals(event.getRegarding().getName()))
                .map(event -> event.getReason() + ": " + event.getNote())
                .toList();
    }

    /// A Secret as a person would look at it: everything but the values.
    static String described(Secret secret) {
        var annotations = secret.getMetadata().getAnnotations();
        return "Secret " + secret.getMetadata().getNamespace() + "/"
                + secret.getMetadata().getName() + ", type " + secret.getType() + "\n"
                + "keys " + String.join(", ", new TreeSet<>(secret.getData().keySet())) + "\n"
                + "version " + annotations.get(TokenSecretLayout.VERSION) + ", saved at "
                + annotations.get(TokenSecretLayout.SAVED_AT) + ", access token expires at "
                + annotations.get(TokenSecretLayout.ACCESS_EXPIRES_AT);
    }
}
