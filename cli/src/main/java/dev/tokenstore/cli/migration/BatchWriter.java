package dev.tokenstore.cli.migration;

import dev.tokenstore.cli.migration.RowOutcome.Action;
import dev.tokenstore.cli.output.CommandException;
import dev.tokenstore.cli.output.ExitCode;
import dev.tokenstore.cli.store.StoreAccess;
import dev.tokenstore.cli.store.StoreAccess.NewToken;
import dev.tokenstore.cli.store.StoreException;
import dev.tokenstore.runtime.Backoff;
import dev.tokenstore.runtime.BoundedExecutor;
import dev.tokenstore.store.StorageException.Reason;
import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import dev.tokenstore.store.token.TokenId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// Carries out the decisions about a batch of rows: new tokens first, then changes of stored ones. Repeats calls
/// that fail for a transient reason; where another client saved the same token meanwhile, decides again on the
/// token as it is stored then.
final class BatchWriter {
    private static final int UPDATES_AT_ONCE = 16;
    private static final int ATTEMPTS = 5;

    private final StoreAccess store;
    private final Consumer<Duration> sleep;

    /// @param sleep waits between attempts
    BatchWriter(StoreAccess store, Consumer<Duration> sleep) {
        this.store = store;
        this.sleep = sleep;
    }

    private static Backoff backoff() {
        return Backoff.exponential(Duration.ofSeconds(1), Duration.ofSeconds(8));
    }

    /// Writes a batch.
    ///
    /// @return the outcomes of its rows, in their order
    /// @throws StoreException if nothing more can be written
    List<RowOutcome> write(List<PlannedRow> batch) {
        var creations = new ArrayList<Creation>();
        var updates = new ArrayList<PlannedRow>();
        var created = new IdentityHashMap<TokenDigest, Creation>();
        for (var row : batch) {
            if (row.decision() instanceof Decision.Create create) {
                var creation = new Creation(row, create.fields());
                creations.add(creation);
                created.put(create.token(), creation);
            } else if (row.decision() instanceof Decision.Update update) {
                var creation = created.get(update.token());
                if (creation == null) {
                    updates.add(row);
                } else {
                    creation.fields = creation.fields.mergedWith(update.given());
                }
            }
        }
        var outcomes = new IdentityHashMap<PlannedRow, RowOutcome>();
        create(creations, outcomes);
        update(updates, outcomes);
        return batch.stream()
                .map(row -> Optional.ofNullable(outcomes.get(row)).orElseGet(() -> followUp(row, created, outcomes)))
                .toList();
    }

    /// The outcome of a row that belongs to the token of an earlier row of the batch.
    private static RowOutcome followUp(
            PlannedRow row, Map<TokenDigest, Creation> created, Map<PlannedRow, RowOutcome> outcomes) {
        var creation = created.get(row.decision().token());
        var first = creation == null ? null : outcomes.get(creation.row);
        return first != null && first.action().isMissing()
                ? RowOutcome.of(row.location(), Action.FAIL, "it belongs to " + first.location() + ", which failed")
                : RowOutcome.of(row);
    }

    private void create(List<Creation> creations, Map<PlannedRow, RowOutcome> outcomes) {
        var backoff = backoff();
        var open = creations;
        for (int attempt = 1; !open.isEmpty(); attempt++) {
            if (attempt > 1) {
                sleep.accept(backoff.next());
            }
            var results =
                    store.saveNew(open.stream().map(creation -> creation.fields).toList());
            var again = new ArrayList<Creation>();
            for (int i = 0; i < open.size(); i++) {
                var creation = open.get(i);
                outcome(creation, results.get(i), attempt == ATTEMPTS)
                        .ifPresentOrElse(outcome -> outcomes.put(creation.row, outcome), () -> again.add(creation));
            }
            open = again;
        }
    }

    /// The outcome of a new token; empty if it is to be repeated.
    private Optional<RowOutcome> outcome(Creation creation, NewToken result, boolean isLastAttempt) {
        var row = creation.row;
        return switch (result) {
            case NewToken.Stored stored -> Optional.of(written(row, stored.token()));
            case NewToken.Exists exists -> {
                var found = store.find(creation.fields.without(TokenField.ID));
                yield found.isEmpty() && !isLastAttempt
                        ? Optional.empty()
                        : Optional.of(found.map(token -> decideAgain(row, creation.fields, token))
                                .orElseGet(() -> contended(row)));
            }
            case NewToken.Failed failed ->
                isTransient(failed.why()) && !isLastAttempt ? Optional.empty() : Optional.of(failed(row, failed.why()));
        };
    }

    private void update(List<PlannedRow> updates, Map<PlannedRow, RowOutcome> outcomes) {
        try (var executor = new BoundedExecutor(UPDATES_AT_ONCE)) {
            var done = executor.map(updates, this::update);
            for (int i = 0; i < updates.size(); i++) {
                outcomes.put(updates.get(i), done.get(i));
            }
        } catch (InterruptedException e) {
            throw CommandException.interrupted(e);
        }
    }

    private RowOutcome update(PlannedRow row) {
        var update = (Decision.Update) row.decision();
        var token = update.token();
        if (token.id().isEmpty()) {
            return RowOutcome.of(
                    row.location(),
                    Action.FAIL,
                    "it belongs to " + token.location().orElse("a row") + ", which failed");
        }
        var id = token.id().get();
        var backoff = backoff();
        for (int attempt = 1; ; attempt++) {
            try {
                return save(row, update.given(), id, token.version().orElseThrow())
                        .map(saved -> written(row, saved))
                        .or(() -> store.findById(id).map(found -> decideAgain(row, row.fields(), found)))
                        .orElseGet(() -> contended(row));
            } catch (StoreException e) {
                if (attempt == ATTEMPTS || !isTransient(e)) {
                    return failed(row, e);
                }
                sleep.accept(backoff.next());
            }
        }
    }

    /// Saves into the token of that version. First by its user, which a store finds without a search: a version belongs
    /// to one token alone, so no other token is ever changed.
    private Optional<StoredToken> save(PlannedRow row, TokenFields given, TokenId id, String version) {
        var byUser = row.fields().has(TokenField.USER_SIGNATURE)
                ? store.saveIfVersion(withUserOf(row, given), version)
                : Optional.<StoredToken>empty();
        return byUser.or(() -> store.saveIfVersion(given.with(TokenField.ID, id.reveal()), version));
    }

    private static TokenFields withUserOf(PlannedRow row, TokenFields given) {
        var fields = given;
        for (var field : List.of(TokenField.USER_SIGNATURE, TokenField.CLIENT_ID)) {
            var value = row.fields().get(field);
            if (value.isPresent()) {
                fields = fields.with(field, value.get().reveal());
            }
        }
        return fields;
    }

    /// Decides and writes again, because another client saved the row's token meanwhile.
    private RowOutcome decideAgain(PlannedRow row, TokenFields fields, StoredToken stored) {
        var plan = new ImportPlan(false);
        plan.addStored(stored);
        var decision = plan.decide(row.location(), fields.without(TokenField.ID));
        try {
            var written = switch (decision) {
                case Decision.Update update -> save(row, update.given(), stored.id(), stored.version());
                case Decision.Create create -> Optional.<StoredToken>empty();
                case Decision.Unchanged unchanged -> Optional.of(stored);
                case Decision.Keep keep -> Optional.of(stored);
            };
            written.ifPresent(token -> row.decision().token().setStored(token));
            return written.isPresent()
                    ? RowOutcome.of(new PlannedRow(row.location(), row.fields(), decision))
                    : contended(row);
        } catch (StoreException e) {
            return failed(row, e);
        }
    }

    private static RowOutcome written(PlannedRow row, StoredToken token) {
        row.decision().token().setStored(token);
        return RowOutcome.of(row);
    }

    private static boolean isTransient(StoreException e) {
        return e.exitCode() == ExitCode.UNREACHABLE || hasReason(e, Reason.TOO_MUCH_CONTENTION);
    }

    /// The failure of one row.
    ///
    /// @throws StoreException if all other rows would fail, too: the import ends
    private static RowOutcome failed(PlannedRow row, StoreException e) {
        if (e.exitCode() != ExitCode.FAILED || hasReason(e, Reason.STORE_FULL) || hasReason(e, Reason.STORAGE_FULL)) {
            throw e;
        }
        return RowOutcome.of(row.location(), Action.FAIL, String.valueOf(e.getMessage()));
    }

    private static boolean hasReason(StoreException e, Reason reason) {
        return e.reason().equals(Optional.of(reason));
    }

    private static RowOutcome contended(PlannedRow row) {
        return RowOutcome.of(
                row.location(), Action.FAIL, "someone else saved or deleted its token at the same time; import again");
    }

    /// A new token of the batch; later rows of the batch may add fields to it.
    private static final class Creation {
        private final PlannedRow row;
        private TokenFields fields;

        Creation(PlannedRow row, TokenFields fields) {
            this.row = row;
            this.fields = fields;
        }
    }
}
