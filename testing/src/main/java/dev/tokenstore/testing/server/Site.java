package dev.tokenstore.testing.server;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// Where the servers of a control plane run, and what follows from that for how they are started.
public interface Site {
    /// Chooses a site that nobody uses; another one may be faster all the same: see [#isTaken(Path)].
    public interface Choice {
        Site choose() throws IOException;
    }

    /// The API server's address, for clients.
    String address();

    int port();

    /// The shipped script that keeps the servers running.
    String keeper();

    /// Writes what the servers need here besides, before they start.
    void prepare(Path folder) throws IOException;

    List<String> apiServerFlags();

    List<String> controllerManagerFlags(Path folder);

    /// Whether the servers of a folder could not start because someone else was faster.
    boolean isTaken(Path folder);
}
