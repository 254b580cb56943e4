package dev.tokenstore.store;

import static dev.tokenstore.store.SampleToken.A;
import static dev.tokenstore.store.SampleToken.B;
import static dev.tokenstore.store.SampleToken.token;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Saves that hold only for a version.
interface ExpectedVersionContract extends StoreContract {
    @Test
    @Conformance("R12")
    default void aSaveAtTheRowsVersionIsCarriedOut() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            var b = caller.saveAll(A, B).get(1);

            var byUser = Caller.saved(caller.trySave(token().user("bob:1").access("AB2"), b.version()));
            var byId = Caller.saved(caller.trySave(token().id(b).access("AB3"), byUser.version()));
            var byCredential = Caller.saved(caller.trySave(token().refresh("RB").access("AB4"), byId.version()));

            assertThat(byCredential.fields()).isEqualTo(B.id(b).access("AB4").fields());
            assertThat(new HashSet<>(List.of(b.version(), byUser.version(), byId.version(), byCredential.version())))
                    .hasSize(4);
        }
    }

    @Test
    @Conformance("R12")
    default void aSaveAtAnotherVersionChangesNothingAndRepliesTheCurrentOne() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            var rows = caller.saveAll(A, B);
            var current = caller.save(token().id(rows.get(1)).access("AB2"));

            for (var version : List.of(rows.get(1).version(), rows.get(0).version(), "", "nonsense")) {
                assertThat(caller.trySave(token().id(current).access("AB3"), version))
                        .isEqualTo(new SaveResult.VersionConflict(Optional.of(current.version())));
                assertThat(caller.trySave(token().user("bob:1").access("AB3"), version))
                        .isEqualTo(new SaveResult.VersionConflict(Optional.of(current.version())));
            }
            assertThat(caller.byId(current)).hasValue(current.fields());
            assertThat(caller.store().findById(current.id()).map(StoredToken::version))
                    .hasValue(current.version());
        }
    }

    @Test
    @Conformance("R12")
    default void aSaveThatMatchesNoRowHasNoCurrentVersionAndMakesNoRow() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            var b = caller.saveAll(A, B).get(1);

            assertThat(caller.trySave(token().user("zed").refresh("RZ"), b.version()))
                    .isEqualTo(new SaveResult.VersionConflict(Optional.empty()));
            assertThat(caller.trySave(token().id("77").refresh("RZ"), ""))
                    .isEqualTo(new SaveResult.VersionConflict(Optional.empty()));
            assertThat(caller.tokens()).hasSize(2);
        }
    }

    @Test
    @Conformance("R12")
    default void noTwoRowsEverShareAVersionNotEvenWithTheSameId() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            var versions = new HashSet<String>();
            for (var i = 0; i < 3; i++) {
                var row = caller.save(token().id("chosen").access("A"));
                versions.add(row.version());
                versions.add(caller.save(token().id("chosen").access("B")).version());
                caller.delete(row);
            }

            assertThat(versions).hasSize(6);
        }
    }

    @Test
    @Conformance("R12")
    default void readingDoesNotChangeTheVersion() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            var row = caller.save(A);
            caller.find(token().user("alice:1"));
            caller.byId(row);
            caller.tokens();

            assertThat(caller.store().find(token().user("alice:1").fields()).map(StoredToken::version))
                    .hasValue(row.version());
            assertThat(caller.store().list(0, "").tokens())
                    .extracting(StoredToken::version)
                    .containsExactly(row.version());
        }
    }
}
