package dev.tokenstore.store.kubernetes;

import dev.tokenstore.runtime.Backoff;
import dev.tokenstore.runtime.Timeout;
import dev.tokenstore.store.NewRow;
import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.StorageException.Reason;
import dev.tokenstore.store.TokenStorage.Insertion;
import dev.tokenstore.store.token.TokenField;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// New rows, until they are known to be the only ones of their identity.
///
/// A row is created pending, then its creator looks for twins. A confirmed twin wins; among pending ones the lowest
/// name does. The winner deletes the other pending twins before it confirms itself, both guarded by resourceVersion,
/// so of two twins at most one is ever confirmed: whichever write comes second fails. Only its creator confirms a
/// row. One whose creator died blocks its twins for [#SETTLE_TIMEOUT], then they delete it; one older than
/// [#ABANDONED], at once. A creator that was only slow finds its row gone when it confirms it, and looks again.
///
/// @param random for jitter
record PendingRows(SecretRows rows, SecretWriter writer, SecretNames names, WriteClock clock, RandomGenerator random) {
    private static final Duration SETTLE_TIMEOUT = Duration.ofSeconds(2);

    /// Longer than a creator that is alive usually leaves a row pending; a [BulkInsertion] takes longest.
    private static final Duration ABANDONED = Duration.ofSeconds(30);

    /// The outcome of creating a row.
    sealed interface Creation {
        record Pending(SecretRow row) implements Creation {}

        /// There is a twin at one of the row's names; it may be pending itself.
        record Blocked(List<SecretRow> by) implements Creation {
            public Blocked {
                by = List.copyOf(by);
            }
        }
    }

    /// Creates a pending row under the first of its names that is free, unless a twin has one of them.
    Creation create(NewRow row) {
        var occupants = new ArrayList<SecretRow>();
        for (var candidate : names.candidates(row.fields())) {
            var written = create(candidate);
            if (written instanceof SecretRows.Written.Refused refused
                    && refused.current().filter(this::withdrawIfAbandoned).isPresent()) {
                written = create(candidate);
            }
            switch (written) {
                case SecretRows.Written.Done done -> {
                    return new Creation.Pending(done.row());
                }
                case SecretRows.Written.Refused refused -> refused.current().ifPresent(occupants::add);
            }
            if (row.twinAmong(occupants.stream().map(SecretRow::token).toList()).isPresent()) {
                return new Creation.Blocked(occupants);
            }
        }
        throw new StorageException(
                Reason.TOO_MUCH_CONTENTION, "no free name was found for the new token; save it again");
    }

    private SecretRows.Written create(SecretNames.Candidate candidate) {
        return rows.create(writer.pending(candidate.name(), candidate.fields(), clock.next()));
    }

    /// Confirms a pending row, or withdraws it when it has a twin.
    Insertion settle(SecretRow pending, NewRow row) {
        return settle(pending, row, rows.sharing(pending.fields()));
    }

    /// Confirms a pending row, or withdraws it when it has a twin.
    ///
    /// @param found the rows that share a value with it, from a search that began after it was created
    Insertion settle(SecretRow pending, NewRow row, List<SecretRow> found) {
        var sharing = found;
        while (true) {
            var others = sharing.stream()
                    .filter(other -> !other.name().equals(pending.name()))
                    .toList();
            var twins =
                    others.stream().filter(other -> row.isTwinOf(other.token())).toList();
            var winners = twins.stream()
                    .filter(other -> other.confirmed() || other.name().compareTo(pending.name()) < 0)
                    .toList();
            if (!winners.isEmpty()) {
                rows.delete(pending);
                awaitSettled(winners);
                return new Insertion.TwinFound();
            }
            if (twins.stream().allMatch(rows::deleteUnchanged)) {
                return confirm(pending, others);
            }
            sharing = rows.sharing(pending.fields());
        }
    }

    /// Waits until none of the rows is pending; one that stays pending is deleted.
    void awaitSettled(Collection<SecretRow> pending) {
        var timeout = Timeout.of(SETTLE_TIMEOUT);
        var backoff = Backoff.forContention(random);
        for (var row : pending) {
            var seen = Optional.of(row);
            while (seen.filter(found -> isStillPending(found, row)).isPresent()) {
                if (!backoff.sleep(timeout)) {
                    rows.deleteUnchanged(seen.get());
                    break;
                }
                seen = rows.rowByName(row.name());
            }
        }
    }

    private static boolean isStillPending(SecretRow found, SecretRow row) {
        return !found.confirmed() && found.uid().equals(row.uid());
    }

    private boolean withdrawIfAbandoned(SecretRow row) {
        return !row.confirmed() && row.createTime().plus(ABANDONED).isBefore(clock.now()) && rows.deleteUnchanged(row);
    }

    private Insertion confirm(SecretRow pending, List<SecretRow> others) {
        var created = WriteClock.after(others, pending.createTime());
        var rank = (int) others.stream()
                .filter(row -> row.fields().agreesOn(TokenField.USER_SIGNATURE, pending.fields()))
                .count();
        var current = pending;
        while (true) {
            switch (rows.patch(writer.confirmation(current, created, rank))) {
                case SecretRows.Written.Done done -> {
                    return new Insertion.Inserted(done.row().token());
                }
                case SecretRows.Written.Refused refused -> {
                    var found = refused.current().filter(row -> row.uid().equals(pending.uid()));
                    if (found.isEmpty()) {
                        return new Insertion.TwinFound();
                    }
                    if (found.get().confirmed()) {
                        return new Insertion.Inserted(found.get().token());
                    }
                    current = found.get();
                }
            }
        }
    }
}
