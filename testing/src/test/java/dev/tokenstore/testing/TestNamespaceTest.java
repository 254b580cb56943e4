package dev.tokenstore.testing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TestNamespaceTest {
    @Test
    void tellsTheTestClass() {
        assertThat(TestNamespace.newName("TokenVaultReconcilerIT")).matches("token-vault-reconciler-it-[0-9a-f]{8}");
    }

    @Test
    void isAlwaysAValidName() {
        for (var className : new String[] {"", "_1", "Größe", "A".repeat(100), "Ends_"}) {
            assertThat(TestNamespace.newName(className))
                    .matches("[a-z]([-a-z0-9]*[a-z0-9])?")
                    .hasSizeLessThan(64);
        }
    }

    @Test
    void isNewEachTime() {
        assertThat(TestNamespace.newName("A")).isNotEqualTo(TestNamespace.newName("A"));
    }
}
