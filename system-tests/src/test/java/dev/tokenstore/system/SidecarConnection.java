package dev.tokenstore.system;

import dev.tokenstore.proto.v1.TokenStoreServiceGrpc;
import dev.tokenstore.proto.v1.TokenStoreServiceGrpc.TokenStoreServiceBlockingStub;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import java.net.UnixDomainSocketAddress;
import java.util.concurrent.TimeUnit;

/// An app's connection to the sidecar at `TOKENSTORE_ADDRESS`.
record SidecarConnection(ManagedChannel channel, EventLoopGroup io) implements AutoCloseable {
    static SidecarConnection open() {
        var socket = System.getenv("TOKENSTORE_ADDRESS").substring("unix:".length());
        var io = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        var channel = NettyChannelBuilder.forAddress(UnixDomainSocketAddress.of(socket))
                .channelFactory(NioDomainSocketChannel::new)
                .eventLoopGroup(io)
                // the builder sets it, a Unix socket does not know it
                .withOption(ChannelOption.SO_KEEPALIVE, null)
                .usePlaintext()
                .build();
        return new SidecarConnection(channel, io);
    }

    TokenStoreServiceBlockingStub stub() {
        return TokenStoreServiceGrpc.newBlockingStub(channel);
    }

    @Override
    public void close() {
        channel.shutdownNow();
        io.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
