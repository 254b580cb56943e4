package dev.tokenstore.operator.cleanup;

import dev.tokenstore.api.TokenFacts;
import dev.tokenstore.api.TokenSecretLayout;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.InstantSource;

/// Asks the API server whether a store still has tokens that are not to be kept: the index may be a moment behind.
public final class TokenRemnants {
    private static final long PAGE = 500;

    private final KubernetesClient metadataClient;
    private final InstantSource clock;

    /// @param metadataClient one of [MetadataClient]; closed by whoever opened it
    public TokenRemnants(KubernetesClient metadataClient, InstantSource clock) {
        this.metadataClient = metadataClient;
        this.clock = clock;
    }

    /// Returns whether there is any.
    ///
    /// @throws io.fabric8.kubernetes.client.KubernetesClientException if that cannot be seen
    public boolean any(String namespace, String store) {
        var next = "";
        do {
            var page = metadataClient
                    .secrets()
                    .inNamespace(namespace)
                    .withField("type", TokenSecretLayout.SECRET_TYPE)
                    .withLabel(TokenSecretLayout.STORE_LABEL, store)
                    .list(new ListOptionsBuilder()
                            .withLimit(PAGE)
                            .withContinue(next.isEmpty() ? null : next)
                            .build());
            if (page.getItems().stream().anyMatch(this::mustGo)) {
                return true;
            }
            next = page.getMetadata().getContinue() == null
                    ? ""
                    : page.getMetadata().getContinue();
        } while (!next.isEmpty());
        return false;
    }

    private boolean mustGo(Secret secret) {
        var metadata = secret.getMetadata();
        return metadata.getDeletionTimestamp() == null
                && !TokenFacts.read(metadata, clock.instant()).keep();
    }
}
