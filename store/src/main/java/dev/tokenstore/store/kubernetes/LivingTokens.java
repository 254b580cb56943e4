package dev.tokenstore.store.kubernetes;

import dev.tokenstore.api.TokenFacts;
import io.fabric8.kubernetes.api.model.Secret;
import java.time.InstantSource;

/// What Secrets are to readers and writers: one whose time is over by the store's policy is none of its tokens any
/// more, whether or not the operator has deleted it yet.
record LivingTokens(SecretReader reader, StoreResource resource, InstantSource clock) {
    SecretReading read(Secret secret) {
        var now = clock.instant();
        var isOver = resource.policy()
                .endForReaders(TokenFacts.read(secret.getMetadata(), now))
                .filter(end -> !end.over().isAfter(now))
                .isPresent();
        return isOver ? new SecretReading.Foreign() : reader.read(secret);
    }

    /// Whether the policy ends tokens at all.
    boolean mayEnd() {
        var policy = resource.policy();
        return policy.sessionTimeout() != null || policy.maxTokenAge() != null;
    }
}
