package dev.tokenstore.store.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class GeneratedIdsTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String LOCATOR = "abcdefghijklmnopqrstuvwxyz234567";

    private final GeneratedIds ids = new GeneratedIds("namespace/store", RANDOM);

    @Test
    void anIdHoldsItsLocator() {
        assertThat(ids.locatorOf(ids.next(LOCATOR))).hasValue(LOCATOR);
        assertThat(ids.locatorOf(ids.next())).isPresent();
    }

    @Test
    void whoServesTheSameStoreRecognisesTheId() {
        var sameStore = new GeneratedIds("namespace/store", RANDOM);

        assertThat(sameStore.locatorOf(ids.next(LOCATOR))).hasValue(LOCATOR);
    }

    @Test
    void anotherStoresIdIsNotRecognised() {
        var other = new GeneratedIds("namespace/store2", RANDOM);

        assertThat(other.locatorOf(ids.next(LOCATOR))).isEmpty();
    }

    @Test
    void anIdWithOneChangedCharacterIsNotRecognised() {
        var id = ids.next(LOCATOR).reveal();
        for (var i = 0; i < id.length(); i++) {
            var changed = id.substring(0, i) + (id.charAt(i) == 'a' ? 'b' : 'a') + id.substring(i + 1);
            assertThat(ids.locatorOf(new TokenId(changed)))
                    .as("character %d", i)
                    .isEmpty();
        }
    }

    @Test
    void anIdWithSomethingBeforeAfterOrInAnotherCaseIsNotRecognised() {
        var id = ids.next(LOCATOR).reveal();

        assertThat(ids.locatorOf(new TokenId(id + "\n"))).isEmpty();
        assertThat(ids.locatorOf(new TokenId(id + "a"))).isEmpty();
        assertThat(ids.locatorOf(new TokenId(" " + id))).isEmpty();
        assertThat(ids.locatorOf(new TokenId(id.substring(0, id.length() - 1)))).isEmpty();
        assertThat(ids.locatorOf(new TokenId(id.toUpperCase(Locale.ROOT)))).isEmpty();
        assertThatThrownBy(() -> new TokenId("")).isInstanceOf(InvalidTokenException.class);
    }

    @Test
    void idsWithOneLocatorDiffer() {
        var seen = new HashSet<TokenId>();
        for (var i = 0; i < 1000; i++) {
            seen.add(ids.next(LOCATOR));
        }

        assertThat(seen).hasSize(1000);
    }

    @Test
    void storeIdentitiesDiffer() {
        assertThat(GeneratedIds.newStoreIdentity(RANDOM))
                .hasSize(32)
                .isNotEqualTo(GeneratedIds.newStoreIdentity(RANDOM));
    }
}
