package dev.tokenstore.store;

/// Receives where reads found their rows, for metrics and logs. Its methods do not block.
public interface ReadListener {
    /// Where a row of an answer came from.
    enum Source {
        /// The memory of this process.
        CACHE,
        /// A request to the API server.
        API_SERVER,
        /// The memory of this process, while the API server cannot be reached.
        STALE
    }

    void read(Source source);

    /// The API server cannot be reached; rows that were read before are served for a while.
    ///
    /// @param why a sentence; it holds no value
    void unreachable(String why);

    /// The API server answers again.
    void reachable();

    /// @param open how many rows are watched now
    void watches(int open);

    /// The account may not watch Secrets; rows are asked for instead.
    void watchRefused();
}
