package dev.tokenstore.store.kubernetes;

import dev.tokenstore.store.NewRow;
import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.StorageException.Reason;
import dev.tokenstore.store.token.TokenFields;
import java.util.ArrayList;
import java.util.List;

/// Finds a new row its place: creates it, pending, under the first of its names that is free, unless one that is taken
/// is taken by its twin.
record Placement(Places places, PendingRows pendingRows) {
    /// Creates a row that is pending.
    Placed create(NewRow row) {
        var occupied = new ArrayList<SecretRow>();
        for (var place : places.forNew(row.fields())) {
            switch (createAt(places.name(place), places.withId(row.fields(), place))) {
                case PendingRows.Creation.Created created -> {
                    return new Placed.Pending(created.row());
                }
                case PendingRows.Creation.NameTaken taken -> taken.by().ifPresent(occupied::add);
            }
            if (row.twinAmong(occupied.stream().map(SecretRow::token).toList()).isPresent()) {
                return new Placed.Blocked(occupied);
            }
        }
        throw new StorageException(
                Reason.TOO_MUCH_CONTENTION, "no free name was found for the new token; save it again");
    }

    private PendingRows.Creation createAt(String name, TokenFields fields) {
        var creation = pendingRows.create(name, fields);
        return creation instanceof PendingRows.Creation.NameTaken taken
                        && taken.by().filter(pendingRows::withdrawIfAbandoned).isPresent()
                ? pendingRows.create(name, fields)
                : creation;
    }

    /// What became of a row that was to be created.
    sealed interface Placed {
        record Pending(SecretRow row) implements Placed {}

        /// There was a twin at one of the names, which may be pending itself.
        record Blocked(List<SecretRow> by) implements Placed {
            public Blocked {
                by = List.copyOf(by);
            }
        }
    }
}
