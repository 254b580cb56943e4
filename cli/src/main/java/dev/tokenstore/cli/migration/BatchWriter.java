package dev.tokenstore.cli.migration;

import dev.tokenstore.cli.ExitCode;
import dev.tokenstore.cli.migration.RowOutcome.Action;
import dev.tokenstore.cli.store.NewToken;
import dev.tokenstore.cli.store.StoreAccess;
import dev.tokenstore.cli.store.StoreException;
import dev.tokenstore.cli.store.Turns;
import dev.tokenstore.client.TokenRecord;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Carries out what was decided about a batch of rows: new tokens first, then changes of stored ones. What fails for a
/// reason that may pass is tried again; where someone else saved the same token meanwhile, it is decided anew on what
/// is stored then.
final class BatchWriter {
    private static final int UPDATES_AT_ONCE = 16;
    private static final List<Duration> PAUSES =
            List.of(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(4), Duration.ofSeconds(8));

    private final StoreAccess store;
    private final Pause pause;

    /// How to wait between attempts.
    @FunctionalInterface
    interface Pause {
        void of(Duration time) throws InterruptedException;
    }

    BatchWriter(StoreAccess store, Pause pause) {
        this.store = store;
        this.pause = pause;
    }

    /// Writes a batch.
    ///
    /// @return what became of its rows, in their order
    /// @throws StoreException if nothing more can be written
    List<RowOutcome> write(List<PlannedRow> batch) {
        var creations = new ArrayList<Creation>();
        var updates = new ArrayList<PlannedRow>();
        var created = new IdentityHashMap<KnownToken, Creation>();
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
        var done = Turns.inOrder(UPDATES_AT_ONCE, updates, this::update);
        for (int i = 0; i < updates.size(); i++) {
            outcomes.put(updates.get(i), done.get(i));
        }
        return batch.stream()
                .map(row -> Optional.ofNullable(outcomes.get(row)).orElseGet(() -> followUp(row, created, outcomes)))
                .toList();
    }

    /// What became of a row that another row of the batch decides about.
    private static RowOutcome followUp(
            PlannedRow row, Map<KnownToken, Creation> created, Map<PlannedRow, RowOutcome> outcomes) {
        var creation = created.get(row.decision().token());
        var first = creation == null ? null : outcomes.get(creation.row);
        return first != null && first.action().isMissing()
                ? RowOutcome.of(row.place(), Action.FAIL, "it belongs to " + first.place() + ", which failed")
                : ImportRun.planned(row);
    }

    private void create(List<Creation> creations, Map<PlannedRow, RowOutcome> outcomes) {
        var open = creations;
        for (int attempt = 0; !open.isEmpty(); attempt++) {
            var results = store.saveNew(open.stream()
                    .map(creation -> Tokens.tokenOf(creation.fields))
                    .toList());
            var again = new ArrayList<Creation>();
            for (int i = 0; i < open.size(); i++) {
                var creation = open.get(i);
                outcome(creation, results.get(i), attempt == PAUSES.size())
                        .ifPresentOrElse(outcome -> outcomes.put(creation.row, outcome), () -> again.add(creation));
            }
            if (!again.isEmpty()) {
                pause(PAUSES.get(attempt));
            }
            open = again;
        }
    }

    /// What became of a new token; empty to try again.
    private Optional<RowOutcome> outcome(Creation creation, NewToken result, boolean isLastAttempt) {
        var row = creation.row;
        return switch (result) {
            case NewToken.Stored stored -> {
                note(row, stored.token());
                yield Optional.of(ImportRun.planned(row));
            }
            case NewToken.Exists exists -> {
                var found = store.find(Tokens.tokenOf(ImportPlan.without(creation.fields, TokenField.ID)));
                if (found.isPresent()) {
                    yield Optional.of(meet(row, creation.fields, found.get()));
                }
                yield isLastAttempt ? Optional.of(contended(row)) : Optional.empty();
            }
            case NewToken.Failed failed -> {
                if (!isLastAttempt && mayPass(failed.why())) {
                    yield Optional.empty();
                }
                yield Optional.of(failed(row, failed.why()));
            }
        };
    }

    private RowOutcome update(PlannedRow row) {
        var update = (Decision.Update) row.decision();
        var token = update.token();
        if (token.id().isEmpty()) {
            return RowOutcome.of(
                    row.place(), Action.FAIL, "it belongs to " + token.place().orElse("a row") + ", which failed");
        }
        for (int attempt = 0; ; attempt++) {
            try {
                var saved = save(
                        row, update.given(), token.id().get(), token.version().orElseThrow());
                note(row, saved);
                return ImportRun.planned(row);
            } catch (StoreException e) {
                if (e.reason().equals("VERSION_CONFLICT")) {
                    return store.findById(token.id().get())
                            .map(now -> meet(row, row.fields(), now))
                            .orElseGet(() -> contended(row));
                }
                if (attempt == PAUSES.size() || !mayPass(e)) {
                    return failed(row, e);
                }
                pause(PAUSES.get(attempt));
            }
        }
    }

    /// Saves into the token of that version. By its user first, who leads to the token without a search: a version
    /// belongs to one token alone, so no other one is ever hit.
    private TokenRecord save(PlannedRow row, TokenFields given, String id, String version) {
        if (row.fields().has(TokenField.USER_SIGNATURE)) {
            try {
                return store.save(Tokens.tokenOf(identified(row, given)), version);
            } catch (StoreException e) {
                if (!e.reason().equals("VERSION_CONFLICT")) {
                    throw e;
                }
            }
        }
        return store.save(Tokens.tokenOf(given.with(TokenField.ID, id)), version);
    }

    private static TokenFields identified(PlannedRow row, TokenFields given) {
        var fields = given;
        for (var field : List.of(TokenField.USER_SIGNATURE, TokenField.CLIENT_ID)) {
            var value = row.fields().get(field);
            if (value.isPresent()) {
                fields = fields.with(field, value.get().reveal());
            }
        }
        return fields;
    }

    /// Decides anew about a row whose token someone else saved meanwhile.
    private RowOutcome meet(PlannedRow row, TokenFields fields, TokenRecord stored) {
        var plan = new ImportPlan(false);
        plan.stored(
                Tokens.fieldsOf(stored),
                stored.version().orElse(""),
                stored.createTime().orElse(null));
        var decision = plan.decide(row.place(), ImportPlan.without(fields, TokenField.ID));
        try {
            if (decision instanceof Decision.Update update) {
                note(
                        row,
                        save(
                                row,
                                update.given(),
                                stored.id().orElseThrow(),
                                stored.version().orElseThrow()));
            } else if (decision instanceof Decision.Create) {
                return contended(row);
            } else {
                note(row, stored);
            }
            return ImportRun.outcome(row.place(), row.fields(), decision);
        } catch (StoreException e) {
            return e.reason().equals("VERSION_CONFLICT") ? contended(row) : failed(row, e);
        }
    }

    private static void note(PlannedRow row, TokenRecord saved) {
        row.decision().token().stored(saved.id().orElseThrow(), saved.version().orElse(""));
    }

    private static boolean mayPass(StoreException e) {
        return e.exitCode() == ExitCode.UNREACHABLE || e.reason().equals("TOO_MUCH_CONTENTION");
    }

    /// A failure of one row; one that all others would meet as well ends the import.
    private static RowOutcome failed(PlannedRow row, StoreException e) {
        if (e.exitCode() != ExitCode.FAILED
                || e.reason().equals("STORE_FULL")
                || e.reason().equals("STORAGE_FULL")) {
            throw e;
        }
        return RowOutcome.of(row.place(), Action.FAIL, String.valueOf(e.getMessage()));
    }

    private static RowOutcome contended(PlannedRow row) {
        return RowOutcome.of(
                row.place(), Action.FAIL, "someone else saved or deleted its token at the same time; import again");
    }

    private void pause(Duration time) {
        try {
            pause.of(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// A new token on its way; later rows of the batch may add to it.
    private static final class Creation {
        private final PlannedRow row;
        private TokenFields fields;

        Creation(PlannedRow row, TokenFields fields) {
            this.row = row;
            this.fields = fields;
        }
    }
}
