package dev.tokenstore.operator.token;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenstore.api.TokenSecretLayout;
import dev.tokenstore.operator.TestClock;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TokenIndexTest {
    private final TestClock clock = new TestClock();
    private final TokenIndex index = new TokenIndex("crm-tokens", clock);

    @Test
    void findsTheTokensOfAStore() {
        index.put("a", secret("a", "crm", "1"));
        index.put("b", secret("b", "billing", "2"));

        assertThat(index.tokensOf("crm")).singleElement().satisfies(token -> {
            assertThat(token.name()).isEqualTo("a");
            assertThat(token.resourceVersion()).isEqualTo("1");
        });
    }

    @Test
    void remembersNothingOfASecretThatItIsNotAskedFor() {
        var secret = secret("a", "crm", "1");
        secret.setData(Map.of("access_token", "Zml4dHVyZS1zZWNyZXQ="));
        index.put("a", secret);

        var remembered = requireNonNull(index.get("a"));

        assertThat(remembered.getData()).isNullOrEmpty();
        assertThat(remembered.getMetadata().getAnnotations()).isNullOrEmpty();
        assertThat(remembered.getMetadata().getResourceVersion()).isEqualTo("1");
    }

    @Test
    void whatIsHandedOnHoldsNoMoreThanIsRemembered() {
        var secret = secret("a", "crm", "1");
        secret.getMetadata().setAnnotations(Map.of("example.com/notes", "long"));
        secret.getMetadata().setManagedFields(List.of(new ManagedFieldsEntry()));

        index.put("a", secret);

        assertThat(secret.getMetadata().getAnnotations()).isEmpty();
        assertThat(secret.getMetadata().getManagedFields()).isEmpty();
        assertThat(secret.getMetadata().getLabels()).containsEntry(TokenSecretLayout.STORE_LABEL, "crm");
    }

    @Test
    void aStampInTheFutureCountsFromTheFirstSight() {
        var ahead = secret("a", "crm", "1");
        ahead.getMetadata().setAnnotations(Map.of(TokenSecretLayout.SAVED_AT, "2999-01-01T00:00:00Z"));
        index.put("a", ahead);
        var first = index.tokensOf("crm").getFirst().facts();

        clock.advance(Duration.ofHours(1));
        index.put("a", secret("a", "crm", "1"));

        assertThat(index.tokensOf("crm").getFirst().facts()).isEqualTo(first);
    }

    @Test
    void forgetsTheDeletedTokenButNotItsSuccessor() {
        index.put("a", secret("a", "crm", "1"));
        var token = index.tokensOf("crm").getFirst();
        index.forget(token);
        assertThat(index.size()).isZero();

        var successor = secret("a", "crm", "2");
        successor.getMetadata().setUid("other");
        index.put("a", successor);
        index.forget(token);
        assertThat(index.size()).isOne();
    }

    private static Secret secret(String name, String store, String resourceVersion) {
        return new SecretBuilder()
                .withNewMetadata()
                .withName(name)
                .withUid("uid-" + name)
                .withResourceVersion(resourceVersion)
                .addToLabels(TokenSecretLayout.STORE_LABEL, store)
                .endMetadata()
                .build();
    }
}
