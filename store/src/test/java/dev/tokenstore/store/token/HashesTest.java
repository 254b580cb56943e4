package dev.tokenstore.store.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import org.junit.jupiter.api.Test;

class HashesTest {
    /// Secrets of running stores hold these values in labels and names.
    @Test
    void hashesAreTheOnesThatSecretsHold() {
        assertThat(Hashes.hash("id", "1")).isEqualTo("edvpagpc4b6wqxa34zsrbiyhcpfbeuyr");
        assertThat(Hashes.hash("user", "ns/crm", "alice@example.com")).isEqualTo("ayqhgoses2bxi7nxtwysbbq4hrlefhd7");
        assertThat(Hashes.hash("refresh_token", "fixture-secret-é🔑")).isEqualTo("bq73e7k5invcvaua26wrjw6sauvfygb3");
    }

    @Test
    void partsAreToldApart() {
        assertThat(Hashes.hash("a", "bc")).isNotEqualTo(Hashes.hash("ab", "c"));
    }

    @Test
    void randomTextIsBase32OfTheWantedLength() {
        assertThat(Hashes.random(new SecureRandom(), 12)).matches("[a-z2-7]{12}");
    }
}
