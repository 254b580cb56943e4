package dev.tokenstore.sidecar.grpc;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.UnixDomainSocketAddress;

/// Opens channels to a sidecar on this machine.
final class LocalChannel {
    private static final String UNIX = "unix:";

    private LocalChannel() {}

    /// @param address `unix:` and a path, or a host and a port
    static ManagedChannel open(String address, EventLoopGroup io) {
        if (!address.startsWith(UNIX)) {
            return NettyChannelBuilder.forTarget(address)
                    .channelType(NioSocketChannel.class)
                    .eventLoopGroup(io)
                    .usePlaintext()
                    .build();
        }
        var path = address.substring(UNIX.length()).replaceFirst("^//", "");
        return NettyChannelBuilder.forAddress(UnixDomainSocketAddress.of(path))
                .channelFactory(NioDomainSocketChannel::new)
                .eventLoopGroup(io)
                // the builder sets this option, which a Unix socket does not have
                .withOption(ChannelOption.SO_KEEPALIVE, null)
                .usePlaintext()
                .build();
    }
}
