package dev.tokenstore.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// Stores that an earlier definition allowed are read.
class OAuthTokenStoreReaderTest {
    @Test
    void numbersBeyondTheRangeOfTheirFieldAreReadAsItsEnd() {
        var store = read("""
                spec: {limits: {maxTokens: 2147483648}, cleanup: {maxPercent: -3000000000}}
                status: {observedGeneration: 100000000000000000000, tokens: {total: 3000000000, valid: 1e400}}
                """);

        assertThat(store.problem()).isEmpty();
        assertThat(Objects.requireNonNull(store.getSpec().limits()).maxTokens()).isEqualTo(Integer.MAX_VALUE);
        assertThat(Objects.requireNonNull(store.getSpec().cleanup()).maxPercent())
                .isEqualTo(Integer.MIN_VALUE);
        assertThat(store.getStatus().observedGeneration()).isEqualTo(Long.MAX_VALUE);
        assertThat(Objects.requireNonNull(store.getStatus().tokens()).total()).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void aSpecThatCannotBeReadIsTheProblemOfThatStoreAlone() {
        var store = read("spec: {deletionPolicy: Burn}");

        assertThat(store.problem())
                .hasValueSatisfying(problem ->
                        assertThat(problem).contains("the spec cannot be read").contains("Burn"));
        assertThat(store.getMetadata().getName()).isEqualTo("crm");
    }

    @Test
    void aStatusThatCannotBeReadCountsAsNone() {
        var store = read("spec: {suspend: true}\nstatus: {tokens: many}");

        assertThat(store.getStatus()).isNull();
        assertThat(store.problem()).isEmpty();
        assertThat(store.getSpec().suspend()).isTrue();
    }

    private static OAuthTokenStore read(String parts) {

        return new KubernetesSerialization()
                .unmarshal(
                        "apiVersion: tokenstore.dev/v1alpha1\nkind: OAuthTokenStore\nmetadata: {name: crm, namespace: sales}\n"
                                + parts,
                        OAuthTokenStore.class);
    }
}
