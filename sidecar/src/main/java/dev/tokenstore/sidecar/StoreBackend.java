package dev.tokenstore.sidecar;

import dev.tokenstore.store.TokenLookup;
import dev.tokenstore.store.TokenStorage;
import dev.tokenstore.store.UseRecorder;
import java.time.InstantSource;

/// Where the served tokens are stored. A backend exists whether or not what is behind it answers yet.
///
/// @param storage closed by the sidecar
/// @param reads where reads look tokens up
/// @param uses records that tokens were read
/// @param clock by which access tokens expire
/// @param check asks whether the store can be used; a blocking call that throws a `StorageException` if it cannot
/// @param closeConnection runs after the storage is closed
/// @param description for people; it holds no secret
record StoreBackend(
        TokenStorage storage,
        TokenLookup reads,
        UseRecorder uses,
        InstantSource clock,
        Runnable check,
        Runnable closeConnection,
        String description) {}
