package dev.tokenstore.client;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// The address of a sidecar: `HOST:PORT`, or `unix:PATH` for a Unix socket.
final class SidecarAddress {
    static final String VARIABLE = "TOKENSTORE_ADDRESS";
    static final String DEFAULT = "127.0.0.1:50051";

    private static final String UNIX = "unix:";
    private static final Pattern TCP = Pattern.compile("([^\\s/:\\[\\]]+|\\[[0-9a-fA-F:.]+])(?::([0-9]{1,5}))");
    /// What a `sockaddr_un` of Linux holds, without the byte at its end.
    private static final int MAX_PATH_BYTES = 107;

    private static final int JDK_WITH_UNIX_SOCKETS = 16;

    private final String text;

    private SidecarAddress(String text) {
        this.text = text;
    }

    /// @throws IllegalArgumentException if the address is malformed
    static SidecarAddress parse(String text) {
        var isPath = text.startsWith(UNIX) && !pathOf(text).isEmpty();
        var tcp = TCP.matcher(text);
        if (!isPath && !(tcp.matches() && Integer.parseInt(tcp.group(2)) <= 0xFFFF)) {
            throw new IllegalArgumentException("the token store's address \"" + text + "\" (" + VARIABLE
                    + ") is malformed: give HOST:PORT, such as " + DEFAULT + ", or unix:PATH");
        }
        var length = isPath ? pathOf(text).getBytes(StandardCharsets.UTF_8).length : 0;
        if (length > MAX_PATH_BYTES) {
            throw new IllegalArgumentException("the path of the token store's Unix socket \"" + text + "\" (" + VARIABLE
                    + ") has " + length + " bytes, and a socket's path has at most " + MAX_PATH_BYTES
                    + ": let the sidecar use a shorter one");
        }
        return new SidecarAddress(text);
    }

    static SidecarAddress ofEnvironment(Map<String, String> environment) {
        return parse(Optional.ofNullable(environment.get(VARIABLE))
                .filter(text -> !text.isEmpty())
                .orElse(DEFAULT));
    }

    /// Returns the path of `unix:relative`, `unix:/absolute` or `unix:///absolute`, which are gRPC's forms.
    private static String pathOf(String text) {
        var path = text.substring(UNIX.length());
        return path.startsWith("//") ? path.substring(2) : path;
    }

    boolean isUnix() {
        return text.startsWith(UNIX);
    }

    /// The host that HTTP requests to the sidecar name.
    String authority() {
        return isUnix() ? "localhost" : text;
    }

    /// Checks that this JVM can connect to such an address.
    ///
    /// @throws IllegalStateException if it cannot
    void requireSupported() {
        if (isUnix()) {
            unixSocketAddress(Runtime.version().feature());
        }
    }

    /// Connects to the sidecar, or to the first address of its host that accepts. No proxy is used.
    SocketChannel connect() throws IOException {
        if (isUnix()) {
            return SocketChannel.open(unixSocketAddress(Runtime.version().feature()));
        }
        var tcp = TCP.matcher(text);
        if (!tcp.matches()) {
            throw new IllegalStateException(text);
        }
        var failure = new IOException("no such host");
        for (var host : addressesOf(tcp.group(1))) {
            try {
                return SocketChannel.open(new InetSocketAddress(host, Integer.parseInt(tcp.group(2))))
                        .setOption(StandardSocketOptions.TCP_NODELAY, true);
            } catch (IOException e) {
                failure = e;
            }
        }
        throw failure;
    }

    private static InetAddress[] addressesOf(String host) {
        try {
            return InetAddress.getAllByName(host);
        } catch (UnknownHostException e) {
            return new InetAddress[0];
        }
    }

    /// Uses reflection: this module is compiled for Java 11, which has no such class.
    SocketAddress unixSocketAddress(int jdk) {
        if (jdk < JDK_WITH_UNIX_SOCKETS) {
            throw new IllegalStateException("Java " + jdk + " cannot connect to the Unix socket " + pathOf(text)
                    + ": run the app on Java " + JDK_WITH_UNIX_SOCKETS
                    + " or later, or let the sidecar serve TCP and set " + VARIABLE + " to that, such as " + DEFAULT);
        }
        try {
            return (SocketAddress) Class.forName("java.net.UnixDomainSocketAddress")
                    .getMethod("of", String.class)
                    .invoke(null, pathOf(text));
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException("\"" + text + "\" names no path; give unix:PATH", e);
        }
    }

    @Override
    public String toString() {
        return text;
    }
}
