package dev.tokenstore.store.kubernetes;

import dev.tokenstore.runtime.BoundedExecutor;
import dev.tokenstore.store.BulkInsert.Outcome;
import dev.tokenstore.store.NewRow;
import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.StorageException.Reason;
import dev.tokenstore.store.TokenStorage.Insertion;
import dev.tokenstore.store.token.SecretValue;
import dev.tokenstore.store.token.TokenField;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Inserts many new rows, which share the search for their twins.
///
/// Each row is created pending, confirmed or withdrawn as [PendingRows] has it, with the same guarantees towards
/// concurrent savers: a row needs a search that begins after it was created, and one search over the whole store, begun
/// after all rows of a wave were created, is that for every one of them. It costs one list instead of a label scan per
/// value and row.
final class BulkInsertion implements AutoCloseable {
    /// How many rows are written at a time, so that other savers and readers are not crowded out.
    private static final int AT_ONCE = 24;

    private final StoreResource resource;
    private final PendingRows pendingRows;
    private final SecretRows rows;
    private final OverdueTwins overdue;
    private final SharedValues sharedValues;
    private final BoundedExecutor executor = new BoundedExecutor(AT_ONCE);

    BulkInsertion(
            StoreResource resource,
            PendingRows pendingRows,
            SecretRows rows,
            OverdueTwins overdue,
            SharedValues sharedValues) {
        this.resource = resource;
        this.pendingRows = pendingRows;
        this.rows = rows;
        this.overdue = overdue;
        this.sharedValues = sharedValues;
    }

    /// @return the outcomes, in the order of the rows
    List<Outcome> insert(List<NewRow> news) {
        var all = news.stream().map(BulkRow::new).toList();
        for (var wave : waves(all)) {
            try {
                insertWave(wave);
            } catch (StorageException e) {
                wave.forEach(row -> row.end(new Outcome.Failed(e)));
            }
        }
        return all.stream().map(BulkRow::outcome).toList();
    }

    /// Splits the rows so that no two rows of one user are in the same wave: the first one stored has had the user
    /// longest.
    private static List<List<BulkRow>> waves(List<BulkRow> rows) {
        var waves = new ArrayList<List<BulkRow>>();
        var rowsOfUser = new HashMap<SecretValue, Integer>();
        for (var row : rows) {
            int wave = row.row
                    .fields()
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
        if (overdue.mayExist()) {
            var over = sharedValues.search(wave, overdue::isOver);
            forEach(List.copyOf(over.keySet()), row -> {
                if (overdue.deleteFor(row.row, over.getOrDefault(row, Set.of()))) {
                    row.isSuccessor = true;
                }
            });
        }
        forEach(open(wave), this::create);
        createBlocked(open(wave).stream().filter(row -> row.pending.isEmpty()).toList());
        var pending = open(wave);
        var sharing = sharedValues.search(pending, secret -> true);
        forEach(pending, row -> settle(row, sharing.getOrDefault(row, Set.of())));
    }

    private static List<BulkRow> open(List<BulkRow> rows) {
        return rows.stream().filter(BulkRow::isOpen).toList();
    }

    private void create(BulkRow row) {
        if (!row.isSuccessor) {
            resource.requireRoom();
        }
        switch (pendingRows.create(row.row)) {
            case PendingRows.Creation.Pending pending -> {
                row.pending = Optional.of(pending.row());
                // counted before it is confirmed: a whole wave must not pass the limit
                resource.tokenMade();
            }
            case PendingRows.Creation.Blocked blocked -> row.blockers = blocked.by();
        }
    }

    /// Waits for all blockers, most of them left behind by an earlier attempt that ended halfway, and tries once more.
    private void createBlocked(List<BulkRow> blocked) {
        try {
            pendingRows.awaitSettled(
                    blocked.stream().flatMap(row -> row.blockers.stream()).toList());
        } catch (StorageException e) {
            blocked.forEach(row -> row.end(new Outcome.Failed(e)));
        }
        forEach(open(blocked), row -> {
            create(row);
            if (row.pending.isEmpty()) {
                row.end(new Outcome.Tried(new Insertion.TwinFound()));
            }
        });
    }

    private void settle(BulkRow row, Set<String> sharing) {
        var insertion = pendingRows.settle(row.pending.orElseThrow(), row.row, rows.rowsByName(sharing));
        row.end(new Outcome.Tried(insertion));
    }

    /// Runs an action for each row, some at a time; the failure of one is that row's outcome. Once the API server
    /// does not answer, the remaining rows fail at once: each would wait as long as the first.
    private void forEach(List<BulkRow> some, Consumer<BulkRow> action) {
        var unavailable = new AtomicReference<@Nullable StorageException>();
        try {
            var unused = executor.map(some, row -> {
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
                }
                return row;
            });
        } catch (InterruptedException e) {
            throw SecretApi.cancelled(e);
        }
    }

    @Override
    public void close() {
        executor.close();
    }
}
