package dev.tokenstore.testing.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/// Ports on loopback.
public final class Ports {
    /// Below the ports that systems give to connecting sockets. A program that is stopped for a while finds its port
    /// free again, and nobody who tries to reach it meanwhile is connected to themselves.
    private static final int FIRST = 15_000;

    private static final int END = 32_000;

    private Ports() {}

    /// A port that nobody listens on at this moment.
    public static int free() {
        IOException last = new IOException();
        for (int attempt = 0; attempt < 1_000; attempt++) {
            var port = ThreadLocalRandom.current().nextInt(FIRST, END);
            try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException e) {
                last = e;
            }
        }
        throw new UncheckedIOException("no free port on loopback: " + last.getMessage(), last);
    }
}
