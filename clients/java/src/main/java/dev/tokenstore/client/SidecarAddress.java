package dev.tokenstore.client;

import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.SocketAddress;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// The address of a sidecar: `HOST:PORT`, or `unix:PATH` for a Unix socket.
final class SidecarAddress {
    static final String VARIABLE = "TOKENSTORE_ADDRESS";
    static final String DEFAULT = "127.0.0.1:50051";

    private static final String UNIX = "unix:";
    private static final Pattern TCP = Pattern.compile("([^\\s/:\\[\\]]+|\\[[0-9a-fA-F:.]+])(?::([0-9]{1,5}))");
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

    /// Creates the event loop for a Unix socket; TCP connections use the one that gRPC shares.
    EventLoopGroup newUnixThreads() {
        return new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("tokenstore-client", true), NioIoHandler.newFactory());
    }

    /// @param unixThreads for a Unix socket
    /// @throws IllegalStateException if this JVM cannot connect to such an address
    NettyChannelBuilder channelBuilder(Optional<EventLoopGroup> unixThreads) {
        if (isUnix()) {
            return NettyChannelBuilder.forAddress(
                            unixSocketAddress(Runtime.version().feature()))
                    .channelType(NioDomainSocketChannel.class)
                    .eventLoopGroup(unixThreads.orElseThrow())
                    // the builder sets this option, for which netty logs a warning on a Unix socket
                    .withOption(ChannelOption.SO_KEEPALIVE, null)
                    .overrideAuthority("localhost");
        }
        var tcp = TCP.matcher(text);
        if (!tcp.matches()) {
            throw new IllegalStateException(text);
        }
        return NettyChannelBuilder.forAddress(tcp.group(1), Integer.parseInt(tcp.group(2)));
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
