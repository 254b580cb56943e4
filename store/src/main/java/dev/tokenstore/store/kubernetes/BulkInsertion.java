package dev.tokenstore.store.kubernetes;

import dev.tokenstore.api.TokenFacts;
import dev.tokenstore.store.BulkInsert.Outcome;
import dev.tokenstore.store.LivingTokens;
import dev.tokenstore.store.NewRow;
import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.StorageException.Reason;
import dev.tokenstore.store.TokenStorage.Insertion;
import dev.tokenstore.store.token.SecretValue;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Many new rows that look for their twins together.
///
/// Each is created pending, confirmed or withdrawn as [PendingRows] has it, so the guarantees towards concurrent savers
/// are the same: what a row needs is a look that begins after it was created, and one look over the whole store, begun
/// after all of them were created, is that for every one of them. It costs one list instead of a label scan per value
/// and row.
final class BulkInsertion {
    /// How many rows are written at a time, so that savers and readers are not crowded out.
    private static final int AT_ONCE = 24;

    private final StoreResource resource;
    private final LivingTokens living;
    private final Placement placement;
    private final PendingRows pendingRows;
    private final SecretApi secrets;
    private final SecretLookup lookup;
    private final SecretLookup everything;
    private final MetadataLook look;
    private final Fanout fanout;

    /// @param lookup sees what is alive
    /// @param everything sees tokens whose time is over, too
    BulkInsertion(
            StoreResource resource,
            LivingTokens living,
            Placement placement,
            PendingRows pendingRows,
            SecretApi secrets,
            SecretLookup lookup,
            SecretLookup everything,
            MetadataLook look,
            Fanout fanout) {
        this.resource = resource;
        this.living = living;
        this.placement = placement;
        this.pendingRows = pendingRows;
        this.secrets = secrets;
        this.lookup = lookup;
        this.everything = everything;
        this.look = look;
        this.fanout = fanout;
    }

    /// Stores the rows that have no twin.
    List<Outcome> insert(List<NewRow> rows) {
        var news = rows.stream().map(BulkRow::new).toList();
        for (var wave : waves(news)) {
            try {
                insertWave(wave);
            } catch (StorageException e) {
                wave.forEach(row -> row.end(new Outcome.Failed(e)));
            }
        }
        return news.stream().map(BulkRow::outcome).toList();
    }

    /// The rows, so that no two of one user are in the same wave: the first one stored has had the user longest, and
    /// says so.
    private static List<List<BulkRow>> waves(List<BulkRow> rows) {
        var waves = new ArrayList<List<BulkRow>>();
        var rowsOfUser = new HashMap<SecretValue, Integer>();
        for (var row : rows) {
            int wave = row.fields()
                    .get(TokenField.USER_SIGNATURE)
                    .map(user -> rowsOfUser.merge(user, 1, Integer::sum) - 1)
                    .orElse(0);
            while (waves.size() <= wave) {
                waves.add(new ArrayList<>());
            }
            waves.get(wave).add(row);
        }
        return waves;
    }

    private void insertWave(List<BulkRow> wave) {
        resource.require();
        if (living.mayEnd()) {
            makeRoom(wave);
        }
        forEach(open(wave), this::create);
        createTheBlocked(
                open(wave).stream().filter(row -> row.pending().isEmpty()).toList());
        var pending = open(wave);
        var found = look(
                pending,
                row -> row.pending().map(SecretRow::name).orElseThrow(),
                row -> row.pending().map(SecretRow::fields).orElseThrow(),
                metadata -> true);
        forEach(pending, row -> settle(row, found.getOrDefault(row, List.of())));
    }

    private static List<BulkRow> open(List<BulkRow> rows) {
        return rows.stream().filter(row -> !row.isOver()).toList();
    }

    /// A token of the same identity whose time is over makes room for the new one, as for any new row.
    private void makeRoom(List<BulkRow> wave) {
        // what cannot be undone is not decided by a policy of some moments ago
        resource.check();
        var over = look(
                wave, row -> "", BulkRow::fields, metadata -> living.isOver(now -> TokenFacts.read(metadata, now)));
        forEach(List.copyOf(over.keySet()), row -> makeRoom(row, over.getOrDefault(row, List.of())));
    }

    /// @param over names of the Secrets that were over when they were seen; each may be in use again
    private void makeRoom(BulkRow row, List<String> over) {
        for (var twin : rows(over, everything)) {
            if (twin.confirmed()
                    && row.row().isTwinOf(twin.token())
                    // in this order: a change after the first read is in the second, or stops the deletion
                    && lookup.rowByName(twin.name()).isEmpty()
                    && secrets.delete(
                            twin.name(), twin.uid(), Optional.of(twin.version().resourceVersion()))) {
                row.replacesAnother();
            }
        }
    }

    /// The names of the Secrets that share a value with each row; rows that share none are left out.
    ///
    /// @param ownName the name of the row's own Secret, or `""`
    /// @param among which of the Secrets count
    private Map<BulkRow, List<String>> look(
            List<BulkRow> rows,
            Function<BulkRow, String> ownName,
            Function<BulkRow, TokenFields> fields,
            Predicate<ObjectMeta> among) {
        var searches = new LinkedHashMap<BulkRow, MetadataLook.Search>();
        for (var row : rows) {
            searches.put(row, new MetadataLook.Search(ownName.apply(row), SecretWriter.hashes(fields.apply(row))));
        }
        look.find(List.copyOf(searches.values()), among);
        var found = new LinkedHashMap<BulkRow, List<String>>();
        searches.forEach((row, search) -> {
            if (!search.found().isEmpty()) {
                found.put(row, search.found());
            }
        });
        return found;
    }

    private void create(BulkRow row) {
        if (!row.doesReplaceAnother()) {
            resource.requireRoom();
        }
        switch (placement.create(row.row())) {
            case Placement.Placed.Pending pending -> {
                row.created(pending.row());
                // counted already now: the limit is not to be passed by a whole wave
                resource.tokenMade();
            }
            case Placement.Placed.Blocked blocked -> row.blocked(blocked.by());
        }
    }

    /// Most of what is in the way was left behind by an earlier attempt that ended in the middle. All of these are
    /// waited for at the same time, and then tried once more.
    private void createTheBlocked(List<BulkRow> rows) {
        fanout.all(rows.stream()
                .<Callable<Boolean>>map(row -> () -> {
                    try {
                        pendingRows.awaitSettled(row.blockers());
                    } catch (StorageException e) {
                        row.end(new Outcome.Failed(e));
                    }
                    return true;
                })
                .toList());
        forEach(rows.stream().filter(row -> !row.isOver()).toList(), row -> {
            create(row);
            if (row.pending().isEmpty()) {
                row.end(new Outcome.Tried(new Insertion.TwinFound()));
            }
        });
    }

    private void settle(BulkRow row, List<String> sharing) {
        row.end(new Outcome.Tried(pendingRows.settle(row.pending().orElseThrow(), row.row(), rows(sharing, lookup))));
    }

    private static List<SecretRow> rows(List<String> names, SecretLookup among) {
        return names.stream().flatMap(name -> among.rowByName(name).stream()).toList();
    }

    /// Runs an action for each row, some at a time; the failure of one is that row's outcome. Once the API server does
    /// not answer, the rows that have not had their turn are not tried: each would wait as long as the first.
    private void forEach(List<BulkRow> rows, Consumer<BulkRow> action) {
        var turns = new Semaphore(AT_ONCE);
        var unavailable = new AtomicReference<@Nullable StorageException>();
        fanout.all(rows.stream()
                .<Callable<Boolean>>map(row -> () -> {
                    turns.acquire();
                    try {
                        var earlier = unavailable.get();
                        if (earlier != null) {
                            throw earlier;
                        }
                        action.accept(row);
                    } catch (StorageException e) {
                        if (e.reason() == Reason.API_SERVER_UNAVAILABLE) {
                            unavailable.set(e);
                        }
                        row.end(new Outcome.Failed(e));
                    } finally {
                        turns.release();
                    }
                    return true;
                })
                .toList());
    }
}
