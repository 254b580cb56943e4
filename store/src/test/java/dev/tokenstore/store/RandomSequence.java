package dev.tokenstore.store;

import static dev.tokenstore.store.token.TokenField.ACCESS_TOKEN;
import static dev.tokenstore.store.token.TokenField.API_DOMAIN;
import static dev.tokenstore.store.token.TokenField.CLIENT_ID;
import static dev.tokenstore.store.token.TokenField.CLIENT_SECRET;
import static dev.tokenstore.store.token.TokenField.EXPIRES_IN;
import static dev.tokenstore.store.token.TokenField.GRANT_TOKEN;
import static dev.tokenstore.store.token.TokenField.ID;
import static dev.tokenstore.store.token.TokenField.REFRESH_TOKEN;
import static dev.tokenstore.store.token.TokenField.USER_SIGNATURE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenstore.store.token.InvalidTokenException;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/// A random sequence of operations on an empty store, each compared with what [NaiveModel] expects.
///
/// Values come from small pools, so that operations meet each other's rows.
final class RandomSequence {
    private final Caller caller;
    private final long seed;
    private final SplittableRandom random;
    private final NaiveModel model = new NaiveModel();
    private final List<String> knownIds = new ArrayList<>(List.of("chosen-1", "chosen-2", "chosen-3"));
    private final List<String> knownVersions = new ArrayList<>(List.of("nonsense"));
    private String step = "";

    RandomSequence(Caller caller, long seed) {
        this.caller = caller;
        this.seed = seed;
        this.random = new SplittableRandom(seed);
    }

    void run(int operations) {
        for (var number = 0; number < operations; number++) {
            step = "seed " + seed + ", operation " + number;
            switch (random.nextInt(20)) {
                case 0, 1, 2, 3, 4 -> find(randomToken());
                case 5, 6 -> findById(randomId());
                case 7, 8 -> delete(randomId());
                case 9 -> deleteAllNowAndThen();
                case 10, 11, 12 -> save(randomToken(), Optional.of(randomVersion()));
                default -> save(randomToken(), Optional.empty());
            }
        }
        step = "seed " + seed + ", at the end";
        compareLists();
    }

    private void find(Map<TokenField, String> wanted) {
        var found = caller.find(new SampleToken(TokenFields.of(wanted)));

        assertThat(found).as(step).isEqualTo(model.find(wanted).map(row -> TokenFields.of(row.fields)));
    }

    private void findById(String id) {
        var found = caller.byId(SampleToken.token().id(id));

        assertThat(found).as(step).isEqualTo(model.byId(id).map(row -> TokenFields.of(row.fields)));
    }

    private void delete(String id) {
        caller.delete(SampleToken.token().id(id));
        model.delete(id);
    }

    private void deleteAllNowAndThen() {
        if (random.nextInt(4) == 0) {
            assertThat(caller.store().deleteAll()).as(step).isEqualTo(model.rows.size());
            model.rows.clear();
        } else {
            compareLists();
        }
    }

    private void save(Map<TokenField, String> given, Optional<String> expectedVersion) {
        var token = new SampleToken(TokenFields.of(given));
        var expected = model.outcomeOf(given, expectedVersion);
        if (expected instanceof NaiveModel.Outcome.IsInvalid) {
            assertThatThrownBy(() -> save(token, expectedVersion)).as(step).isInstanceOf(InvalidTokenException.class);
            return;
        }
        var result = save(token, expectedVersion);
        switch (expected) {
            case NaiveModel.Outcome.IsInvalid invalid -> throw new AssertionError("dealt with above");
            case NaiveModel.Outcome.IsDeleted deleted ->
                assertThat(result).as(step).isEqualTo(new SaveResult.TokenDeleted());
            case NaiveModel.Outcome.Conflicts conflict ->
                assertThat(result).as(step).isEqualTo(new SaveResult.VersionConflict(conflict.currentVersion()));
            case NaiveModel.Outcome.Updates update -> {
                var saved = savedBy(result);
                model.update(update.row(), given, saved.version());
                compareSaved(saved, update.row());
            }
            case NaiveModel.Outcome.MakesARow fresh -> {
                var saved = savedBy(result);
                var id = Caller.idOf(saved).reveal();
                assertThat(model.byId(id)).as(step).isEmpty();
                assertThat(model.hasGenerated(id)).as(step).isFalse();
                compareSaved(saved, model.add(given, id, saved.version()));
                knownIds.add(id);
            }
        }
    }

    private SaveResult save(SampleToken token, Optional<String> expectedVersion) {
        return expectedVersion.isPresent() ? caller.trySave(token, expectedVersion.get()) : caller.trySave(token);
    }

    private StoredToken savedBy(SaveResult result) {
        assertThat(result).as(step).isInstanceOf(SaveResult.Saved.class);
        return Caller.saved(result);
    }

    private void compareSaved(StoredToken saved, NaiveModel.Row row) {
        assertThat(saved.fields()).as(step).isEqualTo(TokenFields.of(row.fields));
        assertThat(model.rows)
                .as(step)
                .allMatch(other -> other == row || !other.versions.contains(saved.version()), "has its own versions");
        knownVersions.add(saved.version());
    }

    private void compareLists() {
        assertThat(caller.tokens())
                .as(step)
                .containsExactlyInAnyOrderElementsOf(model.rows.stream()
                        .map(row -> TokenFields.of(row.fields))
                        .toList());
    }

    private Map<TokenField, String> randomToken() {
        var token = new EnumMap<TokenField, String>(TokenField.class);
        put(token, ID, 40, randomId());
        put(token, USER_SIGNATURE, 40, "user-" + random.nextInt(3));
        put(token, CLIENT_ID, 50, "client-" + random.nextInt(2));
        put(token, CLIENT_SECRET, 50, secret("client", 2));
        put(token, GRANT_TOKEN, 25, secret("grant", 3));
        put(token, REFRESH_TOKEN, 40, secret("refresh", 4));
        put(token, ACCESS_TOKEN, 40, secret("access", 5));
        put(token, API_DOMAIN, 20, "domain-" + random.nextInt(3));
        put(token, EXPIRES_IN, 20, String.valueOf(random.nextInt(1000)));
        return token;
    }

    /// Adds the field in so many of 100 cases, and in a few more as an empty text.
    private void put(Map<TokenField, String> token, TokenField field, int percent, String value) {
        var chance = random.nextInt(100);
        if (chance < percent) {
            token.put(field, value);
        } else if (chance < percent + 5) {
            token.put(field, "");
        }
    }

    private String secret(String kind, int different) {
        return SampleToken.MARKER + kind + "-" + random.nextInt(different);
    }

    private String randomId() {
        return knownIds.get(random.nextInt(knownIds.size()));
    }

    private String randomVersion() {
        if (model.rows.isEmpty() || random.nextInt(3) == 0) {
            return knownVersions.get(random.nextInt(knownVersions.size()));
        }
        return model.rows.get(random.nextInt(model.rows.size())).version;
    }
}
