package dev.tokenstore.store.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class GeneratedIdsTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String PLACE = "abcdefghijklmnopqrstuvwxyz234567";

    private final GeneratedIds ids = new GeneratedIds("namespace/store", RANDOM);

    @Test
    void anIdLeadsToItsPlace() {
        assertThat(ids.placeOf(new SecretValue(ids.next(PLACE)))).hasValue(PLACE);
        assertThat(ids.placeOf(new SecretValue(ids.next(ids.randomPlace())))).isPresent();
    }

    @Test
    void whoServesTheSameStoreRecognisesTheId() {
        var sameStore = new GeneratedIds("namespace/store", RANDOM);

        assertThat(sameStore.placeOf(new SecretValue(ids.next(PLACE)))).hasValue(PLACE);
    }

    @Test
    void anotherStoresIdIsNotRecognised() {
        var other = new GeneratedIds("namespace/store2", RANDOM);

        assertThat(other.placeOf(new SecretValue(ids.next(PLACE)))).isEmpty();
    }

    @Test
    void anIdWithOneChangedCharacterIsNotRecognised() {
        var id = ids.next(PLACE);
        for (var i = 0; i < id.length(); i++) {
            var changed = id.substring(0, i) + (id.charAt(i) == 'a' ? 'b' : 'a') + id.substring(i + 1);
            assertThat(ids.placeOf(new SecretValue(changed)))
                    .as("character %d", i)
                    .isEmpty();
        }
    }

    @Test
    void anIdWithSomethingBeforeAfterOrInAnotherCaseIsNotRecognised() {
        var id = ids.next(PLACE);

        assertThat(ids.placeOf(new SecretValue(id + "\n"))).isEmpty();
        assertThat(ids.placeOf(new SecretValue(id + "a"))).isEmpty();
        assertThat(ids.placeOf(new SecretValue(" " + id))).isEmpty();
        assertThat(ids.placeOf(new SecretValue(id.substring(0, id.length() - 1))))
                .isEmpty();
        assertThat(ids.placeOf(new SecretValue(id.toUpperCase(Locale.ROOT)))).isEmpty();
        assertThat(ids.placeOf(new SecretValue(""))).isEmpty();
    }

    @Test
    void idsForOnePlaceDiffer() {
        var seen = new HashSet<String>();
        for (var i = 0; i < 1000; i++) {
            seen.add(ids.next(PLACE));
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
