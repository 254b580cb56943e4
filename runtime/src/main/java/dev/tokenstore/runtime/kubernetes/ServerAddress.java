package dev.tokenstore.runtime.kubernetes;

import java.net.URI;

/// An API server's or a proxy's address, as messages show it.
final class ServerAddress {
    private ServerAddress() {}

    /// Returns host and port: no path, and no user name or password.
    static String of(String url) {
        var uri = URI.create(url);
        return uri.getPort() < 0 ? uri.getHost() : uri.getHost() + ":" + uri.getPort();
    }
}
